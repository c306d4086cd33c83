"""An object store for tests: moto's S3 on loopback, in this process, with fake credentials.

    def test_x(s3):                       # the fixture is in conftest.py
        s3.put("folder/a.wav", data)      # → s3://BUCKET/folder/a.wav
        s3.requests                       # what the code under test asked for: ("GET", "/BUCKET/folder/a.wav", "bytes=0-99"), ...
                                      # a listing: ("GET", "/BUCKET?prefix=folder/", "")
    s3.store.fault = lambda method, path: "403 Forbidden"   # or None, to let a request through

Every test has a bucket of its own, so that nothing is left from another one. The environment is what boto reads, so worker
processes reach the store too. Not in moto's power: a line break in a key.
"""

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs

_NUMBERS = itertools.count()
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "NO_PROXY": "127.0.0.1",
}


@dataclass
class Bucket:
    """One bucket; `client` is boto's own, so that what is tested is not what sets the test up."""

    client: object
    name: str
    requests: list = field(default_factory=list)
    store: object = None

    def address(self, key=""):
        return f"s3://{self.name}/{key}" if key else f"s3://{self.name}"

    def put(self, key, data=b""):
        self.client.put_object(Bucket=self.name, Key=key, Body=data)
        return self.address(key)

    def put_many(self, keys, data=b"x"):
        """Store the same under many keys, past the web: a request takes 15 ms."""
        from moto.core import DEFAULT_ACCOUNT_ID
        from moto.s3.models import s3_backends

        for key in keys:
            s3_backends[DEFAULT_ACCOUNT_ID]["aws"].put_object(self.name, key, data)

    def put_folder(self, folder, prefix):
        """Store every file below a folder, under its path there."""
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file():
                self.put(f"{prefix}/{path.relative_to(folder).as_posix()}", path.read_bytes())
        return self.address(prefix)

    def get(self, key):
        return self.client.get_object(Bucket=self.name, Key=key)["Body"].read()

    def delete(self, key):
        self.client.delete_object(Bucket=self.name, Key=key)

    def keys(self, prefix=""):
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        return [found["Key"] for page in pages for found in page.get("Contents", [])]


class Store:
    """The server; it notes every request, and answers 503 or 403 where a test says so."""

    def __init__(self):
        from moto.server import ThreadedMotoServer

        self.requests, self.fault = [], None
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        host, port = self._server.get_host_and_port()
        self.endpoint = f"http://{host}:{port}"
        application = self._server._server.app
        self._server._server.app = lambda environ, start: self._answer(application, environ, start)

    def bucket(self):
        import botocore.session

        client = botocore.session.get_session().create_client(
            "s3", endpoint_url=self.endpoint, region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t"
        )
        bucket = Bucket(client, f"bucket-{next(_NUMBERS)}", self.requests)
        client.create_bucket(Bucket=bucket.name)
        return bucket

    def stop(self):
        self._server.stop()

    def _answer(self, application, environ, start):
        ours = "aiobotocore" in environ.get("HTTP_USER_AGENT", "")
        if not ours:
            return application(environ, start)
        prefix = parse_qs(environ["QUERY_STRING"]).get("prefix")
        path = environ["PATH_INFO"].encode("latin-1").decode() + (f"?prefix={prefix[0]}" if prefix else "")
        request = (environ["REQUEST_METHOD"], path, environ.get("HTTP_RANGE", ""))
        self.requests.append(request)
        status = self.fault(*request[:2]) if self.fault else None
        if status is None:
            return application(environ, start)
        start(status, [("Content-Type", "application/xml"), ("Content-Length", "0")])
        return [b""]
