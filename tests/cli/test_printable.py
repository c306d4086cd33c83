from mkaudio.cli.printable import printable


def test_what_moves_a_cursor_or_turns_a_line_is_written_out_and_all_else_stays():
    assert printable("\x1b[2J\a\r\n\u202e\u2028\udcff") == r"\x1b[2J\x07\r\n\u202e\u2028\udcff"
    assert printable("Ein Hund bellt – 犬が吠える 🐕 \\n") == "Ein Hund bellt – 犬が吠える 🐕 \\n"
