"""Reads a Terraform module and works out its resources, as far as this project's module needs it.

Parsed by python-hcl2. References to variables, locals, `each` and other resources are followed, `for_each`
and `dynamic` are unrolled. What it does not understand is an error, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import hcl2

FILTERED = 'for name, value in local.variables : name => value if value != ""'
_PATH = re.compile(r'[a-z_][a-z0-9_]*(?:\.[a-zA-Z_][\w-]*|\["[^"]*"\]|\[each\.key\])*')
_COMPUTED: dict[tuple[str, str], Callable[[dict[str, Any]], str]] = {
    ("google_service_account", "email"): lambda it: (
        f"{it['account_id']}@{it['project']}.iam.gserviceaccount.com"
    ),
    ("google_service_account", "id"): lambda it: f"projects/{it['project']}/serviceAccounts/{it['email']}",
    ("google_service_account", "name"): lambda it: str(it["id"]),
    ("google_service_account", "member"): lambda it: f"serviceAccount:{it['email']}",
    ("google_secret_manager_secret", "id"): lambda it: f"projects/{it['project']}/secrets/{it['secret_id']}",
}
"""What the provider works out: (resource type, attribute) -> from its other attributes."""


class Module:
    """A module with its variables set.

    `variables`: name -> {"type", "description", "default"…} as declared.
    """

    def __init__(self, folder: Path, values: Mapping[str, object]) -> None:
        self.variables: dict[str, dict[str, Any]] = {}
        self._locals: dict[str, Any] = {}
        self._raw: dict[tuple[str, str], dict[str, Any]] = {}
        for file in sorted(folder.glob("*.tf")):
            with file.open(encoding="utf-8") as stream:
                self._take(hcl2.load(stream))
        self._values = {
            name: self._value(each["default"], {})
            for name, each in self.variables.items()
            if "default" in each
        }
        self._values |= values
        unset = self.variables.keys() - self._values.keys()
        assert not unset, f"not set: {unset}"
        assert values.keys() <= self.variables.keys()

    def _take(self, parsed: dict[str, Any]) -> None:
        for block in parsed.get("variable", ()):
            for name, body in block.items():
                self.variables[_bare(name)] = {
                    key: _bare(value) if key == "description" else value
                    for key, value in body.items()
                    if key[0] != "_"
                }
        for block in parsed.get("locals", ()):
            self._locals |= {name: value for name, value in block.items() if not name.startswith("__")}
        for block in parsed.get("resource", ()):
            for kind, named in block.items():
                for name, body in named.items():
                    self._raw[_bare(kind), _bare(name)] = body

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Every resource of a type."""
        return [
            each for (own, name) in self._raw if own == kind for each in self.instances(kind, name).values()
        ]

    def kinds(self) -> set[str]:
        """The types that there are."""
        return {kind for kind, _ in self._raw}

    def instances(self, kind: str, name: str) -> dict[str, dict[str, Any]]:
        """One resource's instances, by key."""
        body = self._raw[kind, name]
        if "for_each" not in body:
            return {"": self._body(kind, body, {})}
        every = self._value(body["for_each"], {})
        return {
            key: self._body(kind, body, {"each": {"key": key, "value": value}})
            for key, value in every.items()
        }

    def _body(self, kind: str, body: dict[str, Any], scope: dict[str, Any]) -> dict[str, Any]:
        found = self._block(
            {k: v for k, v in body.items() if k not in ("for_each", "depends_on", "triggers_replace")}, scope
        )
        for (own, attribute), make in _COMPUTED.items():
            if own == kind:
                found[attribute] = make(found)
        return found

    def _block(self, body: dict[str, Any], scope: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in body.items():
            if key.startswith("__"):
                continue
            if key == "dynamic":
                for dynamic in value:
                    found |= {
                        _bare(name): self._dynamic(_bare(name), each, scope) for name, each in dynamic.items()
                    }
            elif isinstance(value, list) and value and _is_block(value[0]):
                found[_bare(key)] = self._block(value[0], scope)
            elif _is_block(value):  # what stands below a label
                found[_bare(key)] = self._block(value, scope)
            else:
                found[_bare(key)] = self._value(value, scope)
        return found

    def _dynamic(self, name: str, body: dict[str, Any], scope: dict[str, Any]) -> list[dict[str, Any]]:
        every = self._value(body["for_each"], scope)
        (content,) = body["content"]
        return [self._block(content, {**scope, name: {"key": k, "value": v}}) for k, v in every.items()]

    def _value(self, raw: Any, scope: dict[str, Any]) -> Any:
        if isinstance(raw, dict):
            return {_bare(k): self._value(v, scope) for k, v in raw.items() if not k.startswith("__")}
        if isinstance(raw, list):
            return [self._value(each, scope) for each in raw]
        if not isinstance(raw, str):
            return raw
        if raw.startswith('"'):
            text = _bare(raw).replace('\\"', '"')
            return re.sub(r"\$\{([^{}]+)\}", lambda found: str(self._expression(found[1], scope)), text)
        if raw.startswith("${") and raw.endswith("}"):
            return self._expression(raw[2:-1].strip(), scope)
        raise AssertionError(f"not understood: {raw}")

    def _expression(self, text: str, scope: dict[str, Any]) -> Any:
        if text.strip("{} ") == FILTERED:
            return {k: v for k, v in self._value(self._locals["variables"], scope).items() if v != ""}
        if found := re.fullmatch(r"toset\((.+)\)", text):
            return {each: each for each in self._expression(found[1], scope)}
        if found := re.fullmatch(r"concat\((.+), (.+)\)", text):
            return [*self._expression(found[1], scope), *self._expression(found[2], scope)]
        if found := re.fullmatch(r"merge\((.+), (.+)\)", text):
            return {**self._expression(found[1], scope), **self._expression(found[2], scope)}
        if found := re.fullmatch(r"(local\.\w+)\[(var\.\w+)\]", text):
            return self._expression(found[1], scope)[self._expression(found[2], scope)]
        if found := re.fullmatch(r"coalesce\(([^,]+), (.+)\)", text):
            return self._expression(found[1], scope) or self._value(found[2], scope)
        assert _PATH.fullmatch(text), f"not understood: {text}"
        return self._follow(re.findall(r'\w[\w-]*(?=\.|\[|$)|(?<=\[")[^"]+|\[each\.key\]', text), scope)

    def _follow(self, path: list[str], scope: dict[str, Any]) -> Any:
        path = [scope["each"]["key"] if part == "[each.key]" else part for part in path]
        head, *rest = path
        if head == "var":
            found, rest = self._values[rest[0]], rest[1:]
        elif head == "local":
            found, rest = self._value(self._locals[rest[0]], scope), rest[1:]
        elif head in scope:
            found = scope[head]
        elif (head, rest[0]) in self._raw:
            every = self.instances(head, rest[0])
            found, rest = (every[""], rest[1:]) if "" in every else (every[rest[1]], rest[2:])
        else:
            return ".".join(path)  # of another block: data, ephemeral, path
        for part in rest:
            found = found[part]
        return found


def _is_block(value: Any) -> bool:
    """A block, or one that bears a label: `provisioner "local-exec" {…}`."""
    labelled = isinstance(value, dict) and any(
        isinstance(each, dict) and "__is_block__" in each for each in value.values()
    )
    return labelled or (isinstance(value, dict) and "__is_block__" in value)


def _bare(text: Any) -> Any:
    return text[1:-1] if isinstance(text, str) and text.startswith('"') and text.endswith('"') else text
