from mkaudio.prompts import BankCaption, bank_fingerprint

DOG = BankCaption("A dog barks.", 1, ("Bark",))


def test_the_fingerprint_changes_with_all_that_a_caption_says():
    others = [
        BankCaption("A dog barks!", 1, ("Bark",)),
        BankCaption("A dog barks.", 0, ("Bark",)),
        BankCaption("A dog barks.", 1, ("Dog",)),
        BankCaption("A dog barks.", 1, ("Bark",), "loud"),
    ]
    assert len({bank_fingerprint([one]) for one in [DOG, *others]}) == 5
    assert bank_fingerprint([DOG, others[0]]) != bank_fingerprint([others[0], DOG])
    assert bank_fingerprint([DOG]) == bank_fingerprint(iter([DOG]))
