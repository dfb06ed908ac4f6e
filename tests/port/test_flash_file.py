# SPDX-License-Identifier: Apache-2.0
# A flash in a file: NOR behaviour, one process at a time, nothing lost when the process is killed.
import os
import stat
import subprocess

PROGRAM = os.path.join(os.environ["TEST_PROGRAMS"], "test_port_flash_file")
PAGE_SIZE = 4096
PAGES = 32
BLANK = 1  # STORAGE_BLANK


class Flash:
    def __init__(self, path, page_size=PAGE_SIZE, pages=PAGES):
        self.process = subprocess.Popen(
            [PROGRAM, str(path), str(page_size), str(pages)], text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.answer = self.process.stdout.readline().strip()

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        return self.process.stdout.readline().split()

    def __enter__(self):
        assert self.answer == "ready", self.answer
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        assert self.process.wait(10) == 0
        self.process.stdout.close()


def refusal(path, **options):
    flash = Flash(path, **options)
    assert flash.process.wait(10) == 1
    return flash.answer


def test_a_new_file_is_full_of_ff_and_private(tmp_path):
    path = tmp_path / "flash"
    with Flash(path):
        pass
    assert path.read_bytes() == b"\xff" * (PAGE_SIZE * PAGES)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_programming_only_clears_bits_and_erasing_sets_one_page(tmp_path):
    path = tmp_path / "flash"
    with Flash(path) as flash:
        assert flash.ask(f"program {PAGE_SIZE - 1} F0F0F0") == ["0"]
        assert flash.ask(f"program {PAGE_SIZE} 3CFF") == ["0"]
        assert flash.ask(f"read {PAGE_SIZE - 2} 5") == ["FFF030F0FF", "0"]
        assert flash.ask("erase 1") == ["0"]
        assert flash.ask(f"read {PAGE_SIZE - 2} 5") == ["FFF0FFFFFF", "0"]
    with Flash(path) as flash:
        assert flash.ask(f"read {PAGE_SIZE - 1} 2") == ["F0FF", "0"]


def test_long_writes_cross_pieces(tmp_path):
    data = bytes(i * 7 % 251 for i in range(6000)).hex().upper()
    with Flash(tmp_path / "flash") as flash:
        assert flash.ask(f"program 100 {data}") == ["0"]
        assert flash.ask("read 100 6000") == [data, "0"]


def test_nothing_is_reached_beyond_the_end(tmp_path):
    end = PAGE_SIZE * PAGES
    path = tmp_path / "flash"
    with Flash(path) as flash:
        assert flash.ask(f"program {end - 1} 0000") == ["-5"]
        assert flash.ask(f"read {end - 1} 2")[-1] == "-5"
        assert flash.ask(f"read {2**32 - 1} 2")[-1] == "-5"
        assert flash.ask(f"erase {PAGES}") == ["-5"]
        assert flash.ask(f"program {end - 1} 00") == ["0"]
    assert path.stat().st_size == end


def test_a_file_of_another_size_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "letter"
    path.write_text("dear reader")
    assert "has 11 bytes, not 131072" in refusal(path)
    assert path.read_text() == "dear reader"
    with Flash(tmp_path / "flash", pages=24):
        pass
    assert "has 98304 bytes" in refusal(tmp_path / "flash")


def test_what_is_no_file_is_refused(tmp_path):
    assert "cannot open" in refusal(tmp_path)
    assert "cannot open" in refusal(tmp_path / "no" / "flash")
    os.mkfifo(tmp_path / "fifo")
    assert "is not a regular file" in refusal(tmp_path / "fifo")


def test_a_second_process_is_refused_until_the_first_ends(tmp_path):
    path = tmp_path / "flash"
    with Flash(path) as flash:
        assert "in use by another process" in refusal(path)
        assert flash.ask("close") == ["0"]
        with Flash(path):
            pass


def test_settings_and_events_are_there_after_a_kill(tmp_path):
    path = tmp_path / "flash"
    flash = Flash(path)
    assert flash.ask("start") == [str(BLANK), "0", "0"]
    for time_s in range(300):
        assert flash.ask(f"event {time_s}") == ["0"]
    flash.process.kill()
    flash.process.wait(10)
    with Flash(path) as again:
        assert again.ask("start") == ["0", "300", "0"]
