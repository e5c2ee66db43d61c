//! Whether a document is what its schema promises.

use serde_json::Value;

/// Compares with `targets/schemas/NAME.schema.json`; what isn't as promised.
pub fn wrong(value: &Value, name: &str) -> Vec<String> {
    let path = super::project().join(format!("targets/schemas/{name}.schema.json"));
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut wrong = Vec::new();
    check(value, &schema, &schema["$defs"], name, &mut wrong);
    wrong
}

/// What of JSON Schema the promises are written in: `type`, `enum`, `const`, `items`, `$ref`, `anyOf`, `properties` that all must be
/// there, `additionalProperties` of one kind.
fn check(value: &Value, schema: &Value, defs: &Value, place: &str, wrong: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|r| r.strip_prefix("#/$defs/")) {
        return check(value, &defs[name], defs, place, wrong);
    }
    if let Some(Value::Array(any)) = schema.get("anyOf") {
        let fits = any.iter().any(|one| {
            let mut none = Vec::new();
            check(value, one, defs, place, &mut none);
            none.is_empty()
        });
        if !fits {
            wrong.push(format!("{place}: {value}"));
        }
        return;
    }
    let name = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let fits =
        |kind: &Value| kind == name || kind.as_array().is_some_and(|all| all.iter().any(|k| k == name));
    if schema.get("type").is_some_and(|kind| !fits(kind))
        || schema.get("const").is_some_and(|only| only != value)
        || schema.get("enum").is_some_and(|all| !all.as_array().unwrap().contains(value))
    {
        wrong.push(format!("{place}: {value}"));
    }
    if let Value::Array(items) = value {
        items.iter().for_each(|item| check(item, &schema["items"], defs, &format!("{place}[]"), wrong));
    }
    let Value::Object(fields) = value else { return };
    if schema["additionalProperties"].is_object() {
        let each = |(name, value)| {
            check(value, &schema["additionalProperties"], defs, &format!("{place}.{name}"), wrong)
        };
        return fields.iter().for_each(each);
    }
    // Whatever stands in it.
    let Some(known) = schema["properties"].as_object() else { return };
    let required = schema["required"].as_array().unwrap();
    assert_eq!(required.len(), known.len(), "{place}: all that is known is required");
    wrong
        .extend(known.keys().filter(|k| !fields.contains_key(*k)).map(|k| format!("{place}.{k} is missing")));
    for (name, value) in fields {
        match known.get(name) {
            Some(schema) => check(value, schema, defs, &format!("{place}.{name}"), wrong),
            None => wrong.push(format!("{place}.{name} is not promised")),
        }
    }
}
