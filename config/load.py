"""Reads the settings: file < environment < command line. A name that does not exist stops the start and is named."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from config.settings import Settings

ENVIRONMENT_PREFIX = "FENBO_"
# Kubernetes injects FENBO_SERVICE_HOST, FENBO_PORT_8080_TCP... for a service that is called fenbo.
ORCHESTRATOR_PREFIXES = ("FENBO_SERVICE_", "FENBO_PORT")

Tree = dict[str, Any]


class ConfigError(Exception):
    """The configuration cannot be used. `problems` has one line for each fault: where it stands, and what it is."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load(path: Path | None, environment: Mapping[str, str], arguments: Sequence[str]) -> Settings:
    """The settings of this node. Raises `ConfigError` naming every unknown name and every value out of bounds."""
    problems: list[str] = []
    tree: Tree = {}
    sources = (_from_file(path), _from_environment(environment), _from_arguments(arguments))
    for origin, place, dotted, value in (item for source in sources for item in source):
        if dotted not in OPTIONS:
            problems.append(f"{origin}: unknown option {place}")
        else:
            _put(tree, dotted, value)
    if problems:
        raise ConfigError(problems)
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        raise ConfigError([f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]) from None


def options(model: type[BaseModel] = Settings, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every option as (dotted name, type)."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from options(field.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name, field.annotation


OPTIONS = dict(options())

# (where from, the name as written there, dotted name, value)
Item = tuple[str, str, str, Any]


def _from_file(path: Path | None) -> Iterator[Item]:
    if path is None:
        return
    try:
        tree = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError([f"{path}: {error}"]) from None
    for dotted, value in _flatten(tree, ""):
        yield str(path), dotted, dotted, value


def _flatten(tree: Tree, prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _from_environment(environment: Mapping[str, str]) -> Iterator[Item]:
    for name, value in sorted(environment.items()):
        if name.startswith(ENVIRONMENT_PREFIX) and not name.startswith(ORCHESTRATOR_PREFIXES):
            dotted = name.removeprefix(ENVIRONMENT_PREFIX).lower().replace("__", ".")
            yield "environment", name, dotted, _typed(dotted, value)


def _from_arguments(arguments: Sequence[str]) -> Iterator[Item]:
    """`--http.port 0` and `--http.port=0`."""
    rest = iter(arguments)
    for word in rest:
        if not word.startswith("--"):
            raise ConfigError([f"command line: unexpected {word}"])
        name, equals, value = word.partition("=")
        if not equals:
            following = next(rest, None)
            if following is None:
                raise ConfigError([f"command line: {name} needs a value"])
            value = following
        dotted = name.removeprefix("--").replace("-", "_")
        yield "command line", name, dotted, _typed(dotted, value)


def _typed(dotted: str, text: str) -> Any:
    """Lists come as JSON or separated by commas; all else is left to the model."""
    if not _is_list(OPTIONS.get(dotted)):
        return text
    if text.lstrip().startswith("["):
        try:
            return json.loads(text)
        except ValueError:
            raise ConfigError([f"{dotted}: not JSON: {text}"]) from None
    return [part.strip() for part in text.split(",") if part.strip()]


def _is_list(annotation: Any) -> bool:
    if get_origin(annotation) in (Union, UnionType):
        return any(_is_list(member) for member in get_args(annotation))
    return get_origin(annotation) in (tuple, list)


def _put(tree: Tree, dotted: str, value: Any) -> None:
    *sections, name = dotted.split(".")
    for section in sections:
        tree = tree.setdefault(section, {})
    tree[name] = value
