from pathlib import Path

import pytest

from config.load import ConfigError, load


def problems(path: Path | None = None, environment: dict[str, str] | None = None, arguments: tuple[str, ...] = ()):
    with pytest.raises(ConfigError) as raised:
        load(path, environment or {}, arguments)
    return raised.value.problems


def test_defaults():
    assert load(None, {"PATH": "/bin"}, ()).http.port == 8080


def test_the_file_yields_to_the_environment_and_both_to_the_command_line(tmp_path):
    path = tmp_path / "fenbo.toml"
    path.write_text('data_dir = "a"\n[http]\nport = 1\nhost = "h"\n[rtmp]\nport = 1\n')
    environment = {"FENBO_HTTP__PORT": "2", "FENBO_RTMP__PORT": "2"}
    settings = load(path, environment, ("--http.port", "3"))
    assert (settings.http.port, settings.rtmp.port, settings.http.host) == (3, 2, "h")
    assert settings.data_dir == Path("a")


def test_a_section_from_the_environment_keeps_the_rest_of_it_from_the_file(tmp_path):
    path = tmp_path / "fenbo.toml"
    path.write_text("[rooms]\nhistory_lines = 7\n")
    settings = load(path, {"FENBO_ROOMS__CHAT_BYTES_MAX": "99"}, ())
    assert (settings.rooms.history_lines, settings.rooms.chat_bytes_max) == (7, 99)


def test_every_unknown_name_is_named(tmp_path):
    path = tmp_path / "fenbo.toml"
    path.write_text("[http]\nprot = 1\n[htpp]\nport = 1\n")
    found = problems(path, {"FENBO_HTTP_PORT": "1", "FENBO_X": "y"}, ("--rtmp.prot=1",))
    assert found == [
        f"{path}: unknown option http.prot",
        f"{path}: unknown option htpp.port",
        "environment: unknown option FENBO_HTTP_PORT",
        "environment: unknown option FENBO_X",
        "command line: unknown option --rtmp.prot",
    ]


def test_what_orchestrators_inject_is_no_option():
    environment = {"FENBO_SERVICE_HOST": "10.0.0.1", "FENBO_PORT": "tcp://10.0.0.1:80", "FENBO_PORT_80_TCP_PORT": "80"}
    assert load(None, environment, ()).http.port == 8080


@pytest.mark.parametrize("value", ["70000", "-1", "eighty", "", "1.5"])
def test_a_value_out_of_bounds_is_named(value):
    (found,) = problems(None, {"FENBO_HTTP__PORT": value})
    assert found.startswith("http.port: ")


@pytest.mark.parametrize("value", ["a.example, b.example", '["a.example", "b.example"]'])
def test_lists_come_as_json_or_with_commas(value):
    assert load(None, {"FENBO_WEBRTC__ADVERTISED_HOSTS": value}, ()).webrtc.advertised_hosts == (
        "a.example",
        "b.example",
    )


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("stray",), "command line: unexpected stray"),
        (("--http.port",), "command line: --http.port needs a value"),
        (("--webrtc.advertised_hosts", "[1"), "webrtc.advertised_hosts: not JSON: [1"),
    ],
)
def test_a_command_line_that_makes_no_sense(arguments, problem):
    assert problems(None, {}, arguments) == [problem]


@pytest.mark.parametrize("text", [b"[http", b"\xff\xfe", b"http = 1"])
def test_a_file_that_is_not_configuration(tmp_path, text):
    path = tmp_path / "fenbo.toml"
    path.write_bytes(text)
    assert str(path) in problems(path)[0] or "http" in problems(path)[0]


def test_a_missing_file_is_named(tmp_path):
    assert str(tmp_path / "absent.toml") in problems(tmp_path / "absent.toml")[0]
