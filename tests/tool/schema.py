#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""schema.py SCHEMA <DOCUMENT: is the document as the schema says?

As much of JSON Schema as Documentation/explain.schema.json uses; a keyword that
is not known here is an error, so that none is passed over.
"""
import json
import sys

NOTES = {"$schema", "$comment", "title", "$defs"}


def is_type(value, name):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, {"object": dict, "array": list, "string": str,
                              "boolean": bool, "null": type(None)}[name])


def fits(root, schema, value):
    try:
        check(root, schema, value, "")
    except ValueError:
        return False
    return True


def check_type(root, names, value, path):
    names = names if isinstance(names, list) else [names]
    if not any(is_type(value, name) for name in names):
        raise ValueError(f"{path}: {value!r} is not {' or '.join(names)}")


def check_members(root, schema, value, path):
    properties = schema.get("properties", {})
    for name in schema.get("required", []):
        if name not in value:
            raise ValueError(f"{path}: {name} is missing")
    for name, member in value.items():
        if name in properties:
            check(root, properties[name], member, f"{path}/{name}")
        elif not schema.get("additionalProperties", True):
            raise ValueError(f"{path}: {name} is not known")


def check_items(root, schema, value, path):
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        raise ValueError(f"{path}: {len(value)} items")
    for i, item in enumerate(value):
        check(root, schema.get("items", {}), item, f"{path}/{i}")


def check(root, schema, value, path):
    for word, wanted in schema.items():
        if word == "$ref":
            check(root, root["$defs"][wanted.rsplit("/", 1)[1]], value, path)
        elif word == "type":
            check_type(root, wanted, value, path)
        elif word == "enum":
            if value not in wanted:
                raise ValueError(f"{path}: {value!r} is none of {wanted}")
        elif word == "const":
            if value != wanted:
                raise ValueError(f"{path}: {value!r} is not {wanted!r}")
        elif word == "minimum":
            if value is not None and value < wanted:
                raise ValueError(f"{path}: {value!r} is below {wanted}")
        elif word == "anyOf":
            if not any(fits(root, one, value) for one in wanted):
                raise ValueError(f"{path}: {value!r} fits nothing")
        elif word in ("properties", "required", "additionalProperties", "items",
                      "minItems", "maxItems"):
            continue
        elif word not in NOTES:
            sys.exit(f"{word}: not known to this validator")
    if isinstance(value, dict):
        check_members(root, schema, value, path)
    elif isinstance(value, list):
        check_items(root, schema, value, path)


def main():
    with open(sys.argv[1]) as file:
        schema = json.load(file)
    try:
        check(schema, schema, json.load(sys.stdin), "")
    except ValueError as why:
        sys.exit(str(why))


main()
