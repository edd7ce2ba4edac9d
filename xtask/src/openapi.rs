//! `cargo xtask openapi`: what OpenAPI documents say of the built-in types beyond the table of their fields and their descriptions.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context as _, bail};
use serde_json::{Map, Value, json};

use crate::workspace;

const ENUM: &str = "Possible enum values:";

/// Reduces the schemas that `xtask/go-openapi/generate.sh` prints to what the table of fields and the descriptions do not know.
pub(crate) fn run(words: &[String]) -> anyhow::Result<()> {
    let [schemas] = words else { bail!("usage: cargo xtask openapi FILE") };
    let schemas = fs::read(schemas).with_context(|| schemas.clone())?;
    let schemas: Map<String, Value> = serde_json::from_slice(&schemas)?;
    let texts = workspace::root().join("crates/lookglass-object/data/descriptions.json.zst");
    let texts = fs::read(&texts).with_context(|| texts.display().to_string())?;
    let texts: Value = serde_json::from_slice(&zstd::decode_all(texts.as_slice())?)?;
    let fields: Value = read("k8s-fields-1.36.json")?;
    let reached = reached(&schemas, &fields)?;
    let messages: BTreeSet<&str> =
        fields["messages"].as_array().into_iter().flatten().filter_map(|message| message["n"].as_str()).collect();
    let mut lines = Vec::new();
    for (name, schema) in schemas.iter().filter(|(name, _)| reached.contains(*name)) {
        let facts = message(schema, &texts[name], messages.contains(&**name));
        if !facts.is_empty() {
            lines.push(format!("{}:{}", json!(name), Value::Object(facts)));
        }
    }
    let target = workspace::root().join("crates/lookglass-protocol/data/openapi.json");
    fs::write(&target, format!("{{\n{}\n}}\n", lines.join(",\n"))).with_context(|| target.display().to_string())?;
    println!("{}: {} types", target.display(), lines.len());
    Ok(())
}

fn read(name: &str) -> anyhow::Result<Value> {
    let path = workspace::root().join("xtask/data").join(name);
    Ok(serde_json::from_slice(&fs::read(&path).with_context(|| path.display().to_string())?)?)
}

/// The types that documents of the built-in resources can speak of.
fn reached(schemas: &Map<String, Value>, fields: &Value) -> anyhow::Result<BTreeSet<String>> {
    let traits = read("k8s-traits-1.36.json")?;
    let served = |kind: &Value| {
        let resources = traits["resources"].as_array().into_iter().flatten();
        resources.clone().any(|resource| resource["group"] == kind[0] && resource["version"] == kind[1])
    };
    let meta = [
        "APIGroup",
        "APIGroupList",
        "APIResourceList",
        "APIVersions",
        "CreateOptions",
        "DeleteOptions",
        "ListOptions",
        "Patch",
    ];
    let meta = meta.into_iter().chain(["PatchOptions", "Status", "UpdateOptions", "WatchEvent"]);
    let mut pending: Vec<String> = meta.map(|kind| format!("io.k8s.apimachinery.pkg.apis.meta.v1.{kind}")).collect();
    pending.push("io.k8s.apimachinery.pkg.version.Info".into());
    let kinds = fields["kinds"].as_array().context("no kinds")?;
    pending.extend(kinds.iter().filter(|kind| served(kind)).filter_map(|kind| kind[3].as_str().map(Into::into)));
    let mut reached = BTreeSet::new();
    while let Some(name) = pending.pop() {
        if reached.insert(name.clone()) {
            references(schemas.get(&name).unwrap_or(&Value::Null), &mut pending);
        }
    }
    Ok(reached)
}

fn references(schema: &Value, found: &mut Vec<String>) {
    match schema {
        Value::Object(members) => {
            let name = members.get("$ref").and_then(Value::as_str).and_then(|name| name.rsplit('/').next());
            found.extend(name.map(Into::into));
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

/// Of a type that the table of fields does not have, `known` being false, all fields are told.
fn message(schema: &Value, texts: &Value, known: bool) -> Map<String, Value> {
    let mut facts = Map::new();
    if schema["description"] != texts[""] {
        facts.insert("description".into(), schema["description"].clone());
    }
    for (from, to) in
        [("required", "required"), ("x-kubernetes-unions", "unions"), ("oneOf", "oneOf"), ("format", "format")]
    {
        if let Some(value) = schema.get(from) {
            facts.insert(to.into(), value.clone());
        }
    }
    if schema["type"] != "object" {
        facts.insert("type".into(), schema["type"].clone());
    }
    let mut fields = Map::new();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let facts = field(property, if known { &texts[name] } else { &Value::Null });
        if !facts.is_empty() || !known {
            fields.insert(name.clone(), Value::Object(facts));
        }
    }
    if !fields.is_empty() {
        facts.insert("fields".into(), Value::Object(fields));
    }
    facts
}

fn field(property: &Value, text: &Value) -> Map<String, Value> {
    let mut facts = Map::new();
    // Every struct has an empty one, which says nothing.
    if let Some(default) = property.get("default").filter(|default| **default != json!({})) {
        facts.insert("default".into(), default.clone());
    }
    if let Some(values) = property.get("enum") {
        facts.insert("enum".into(), values.clone());
    }
    for inner in ["items", "additionalProperties"] {
        if let Some(values) = property[inner].get("enum") {
            facts.insert("itemEnum".into(), values.clone());
        }
    }
    if property["x-kubernetes-map-type"] == "granular" {
        facts.insert("granular".into(), true.into());
    }
    // What is published elsewhere says nothing of the values of enumerations.
    let said = property["description"].as_str().unwrap_or_default();
    let rest = said.strip_prefix(text.as_str().unwrap_or_default());
    match rest.filter(|rest| rest.is_empty() || rest.trim_start_matches('\n').starts_with(ENUM)) {
        None => drop(facts.insert("description".into(), said.into())),
        Some("") => {}
        Some(values) => drop(facts.insert("enumText".into(), values.into())),
    }
    facts
}
