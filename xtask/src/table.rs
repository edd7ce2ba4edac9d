//! `cargo xtask table` and `cargo xtask schemas`: the facts about Kubernetes' built-in kinds, in the compact forms that
//! `lookglass-object` embeds.
//!
//! The layout of `table.bin` is written down beside its reader, `crates/lookglass-object/src/table/load.rs`.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use serde_json::{Map, Value, json};

const KINDS: [&str; 17] = [
    "message",
    "string",
    "bytes",
    "bool",
    "int32",
    "int64",
    "float64",
    "time",
    "microTime",
    "quantity",
    "intOrString",
    "rawExtension",
    "fieldsV1",
    "json",
    "schemaOrArray",
    "schemaOrBool",
    "schemaOrStringArray",
];
const INTERFACE: u8 = 17;
const STRATEGIES: [&str; 5] = ["", "merge", "replace", "retainKeys", "merge,retainKeys"];
const LIST_TYPES: [&str; 4] = ["", "atomic", "set", "map"];

/// The repository's root.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The Kubernetes minor that the facts under `xtask/data` describe; the next one changes this line.
const MINOR: &str = "1.36";

/// Writes `table.bin` from the checked-in facts, or, with `--check`, says whether it is what they give.
pub(crate) fn run(words: &[String]) -> anyhow::Result<()> {
    let check = words.iter().any(|word| word == "--check");
    let minor = MINOR;
    let data = root().join("xtask/data");
    let fields: Value = read_json(&data.join(format!("k8s-fields-{minor}.json")))?;
    let schemas: Value = read_json(&data.join(format!("k8s-schemas-{minor}.json")))?;
    let blob = Blob::default().build(minor, &fields, &schemas)?;
    let target = root().join("crates/lookglass-object/data/table.bin");
    if check {
        ensure!(
            fs::read(&target).with_context(|| target.display().to_string())? == blob,
            "{} is not what the facts under xtask/data give; run `cargo xtask table`",
            target.display()
        );
        return Ok(());
    }
    fs::write(&target, &blob).with_context(|| target.display().to_string())?;
    println!("{}: {} bytes", target.display(), blob.len());
    Ok(())
}

/// Reduces a `_definitions.json` of JSON schemas to the facts apply needs and the descriptions explain needs.
pub(crate) fn schemas(words: &[String]) -> anyhow::Result<()> {
    let [minor, definitions] = words else { bail!("usage: cargo xtask schemas MINOR FILE") };
    let all: Value = read_json(Path::new(definitions))?;
    let all = all["$defs"].as_object().context("no $defs in the definitions")?;
    let mut facts = BTreeMap::new();
    let mut descriptions = BTreeMap::new();
    for (message, schema) in all {
        let mut fields = Map::new();
        let mut texts = Map::new();
        if let Some(text) = schema["description"].as_str() {
            texts.insert(String::new(), text.into());
        }
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            if let Some(text) = field["description"].as_str() {
                texts.insert(name.clone(), text.into());
            }
            let kind = field["x-kubernetes-list-type"].as_str().or_else(|| field["x-kubernetes-map-type"].as_str());
            // "granular" is what a map is without any mark.
            let Some(kind) = kind.filter(|kind| *kind != "granular") else { continue };
            let keys: Vec<&str> = field["x-kubernetes-list-map-keys"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            fields.insert(name.clone(), if keys.is_empty() { json!([kind]) } else { json!([kind, keys.join(",")]) });
        }
        let atomic = schema["x-kubernetes-map-type"] == "atomic";
        if atomic || !fields.is_empty() {
            let mut fact = Map::new();
            if atomic {
                fact.insert("atomic".into(), 1.into());
            }
            if !fields.is_empty() {
                fact.insert("f".into(), Value::Object(fields));
            }
            facts.insert(message.clone(), Value::Object(fact));
        }
        descriptions.insert(message.clone(), Value::Object(texts));
    }
    let mut text = String::from(
        "{\"source\":\"List types, map types and list map keys from the JSON schemas of the Python package kubernetes-validate \
         (Apache-2.0), which are made from Kubernetes' OpenAPI documents (Apache-2.0).\",\n\"messages\":{\n",
    );
    for (index, (name, fact)) in facts.iter().enumerate() {
        text += if index == 0 { "" } else { ",\n" };
        text += &format!("{}:{fact}", json!(name));
    }
    text += "\n}}\n";
    let target = root().join(format!("xtask/data/k8s-schemas-{minor}.json"));
    fs::write(&target, text).with_context(|| target.display().to_string())?;

    let packed = zstd::encode_all(serde_json::to_vec(&descriptions)?.as_slice(), 19)?;
    let target = root().join("crates/lookglass-object/data/descriptions.json.zst");
    fs::write(&target, &packed).with_context(|| target.display().to_string())?;
    println!("{}: {} bytes", target.display(), packed.len());
    Ok(())
}

fn read_json(path: &Path) -> anyhow::Result<Value> {
    let text = fs::read(path).with_context(|| path.display().to_string())?;
    serde_json::from_slice(&text).with_context(|| path.display().to_string())
}

/// The table while it is being written: the distinct strings, and everything that names them by index.
#[derive(Default)]
struct Blob {
    strings: Vec<String>,
    ids: HashMap<String, u16>,
    body: Vec<u8>,
}

impl Blob {
    fn build(mut self, minor: &str, fields: &Value, schemas: &Value) -> anyhow::Result<Vec<u8>> {
        let version = self.string(minor)?;
        ensure!(version == 0, "the version is the first string");
        let messages = fields["messages"].as_array().context("no messages")?;
        let ids: HashMap<&str, u16> = messages
            .iter()
            .enumerate()
            .map(|(index, message)| Ok((text(&message["n"])?, u16::try_from(index)?)))
            .collect::<anyhow::Result<_>>()?;
        self.number(messages.len())?;
        for message in messages {
            let schema = schema(message, messages, schemas);
            self.message(message, &ids, schema).with_context(|| message["n"].to_string())?;
        }
        let kinds = fields["kinds"].as_array().context("no kinds")?;
        self.number(kinds.len())?;
        for kind in kinds {
            for cell in 0..3 {
                let id = self.string(text(&kind[cell])?)?;
                self.body.extend(id.to_le_bytes());
            }
            self.body.extend(ids[text(&kind[3])?].to_le_bytes());
            self.body.push(u8::from(kind[4] == "l"));
        }
        let kinds = fields["metaKinds"].as_array().context("no metaKinds")?;
        self.number(kinds.len())?;
        for kind in kinds {
            let id = self.string(text(&kind[0])?)?;
            self.body.extend(id.to_le_bytes());
            self.body.extend(ids[text(&kind[1])?].to_le_bytes());
        }
        let mut blob = b"LGT1".to_vec();
        blob.extend(u16::try_from(self.strings.len())?.to_le_bytes());
        for string in &self.strings {
            blob.push(u8::try_from(string.len())?);
            blob.extend(string.as_bytes());
        }
        blob.extend(self.body);
        Ok(blob)
    }

    fn message(&mut self, message: &Value, ids: &HashMap<&str, u16>, schema: &Value) -> anyhow::Result<()> {
        let name = self.string(text(&message["n"])?)?;
        self.body.extend(name.to_le_bytes());
        let flags = u8::from(message["p"] == 0)
            | u8::from(message["w"] == 1) << 1
            | u8::from(schema["atomic"] == 1) << 2
            | u8::from(message["j"] == 1) << 3;
        self.body.push(flags);
        let rows = message["f"].as_array().context("no rows")?;
        self.body.push(u8::try_from(rows.len())?);
        for row in rows {
            let cell = |index: usize| row[index].as_str().unwrap_or_default();
            let name = cell(1);
            self.body.push(u8::try_from(row[0].as_u64().context("number")?)?);
            let id = self.string(name)?;
            self.body.extend(id.to_le_bytes());
            let (kind, target) = match KINDS.iter().position(|kind| *kind == cell(3)) {
                Some(kind) => (u8::try_from(kind)?, u16::MAX),
                None if cell(3) == "interface" => (INTERFACE, u16::MAX),
                None => (0, *ids.get(cell(3)).with_context(|| format!("{name}: no message {}", cell(3)))?),
            };
            self.body.push(kind);
            self.body.extend(target.to_le_bytes());
            let shape = "oplm".find(cell(4)).filter(|_| cell(4).len() == 1).context("shape")?;
            let mut bits = u8::try_from(shape)?;
            for flag in cell(5).chars() {
                bits |= match flag {
                    'e' => 4,
                    'z' => 8,
                    'i' => 16,
                    other => bail!("{name}: flag {other}"),
                };
            }
            self.body.push(bits);
            self.body.push(position(&STRATEGIES, cell(6))?);
            let key = self.string(cell(7))?;
            self.body.extend(key.to_le_bytes());
            let listing = &schema["f"][name];
            self.body.push(position(&LIST_TYPES, listing[0].as_str().unwrap_or_default())?);
            let keys = self.string(listing[1].as_str().unwrap_or_default())?;
            self.body.extend(keys.to_le_bytes());
        }
        Ok(())
    }

    fn string(&mut self, string: &str) -> anyhow::Result<u16> {
        if let Some(&id) = self.ids.get(string) {
            return Ok(id);
        }
        let id = u16::try_from(self.strings.len())?;
        self.strings.push(string.to_owned());
        self.ids.insert(string.to_owned(), id);
        Ok(id)
    }

    fn number(&mut self, number: usize) -> anyhow::Result<()> {
        self.body.extend(u16::try_from(number)?.to_le_bytes());
        Ok(())
    }
}

/// The facts about a message. A struct that only ever stands inlined in others has none of its own: OpenAPI knows its fields as theirs.
fn schema<'a>(message: &Value, messages: &[Value], schemas: &'a Value) -> &'a Value {
    let of = |message: &Value| message["n"].as_str().and_then(|name| schemas["messages"].get(name));
    let inlines = |outer: &&Value| {
        let mut rows = outer["f"].as_array().into_iter().flatten();
        rows.any(|row| row[3] == message["n"] && row[5].as_str().is_some_and(|flags| flags.contains('i')))
    };
    of(message).or_else(|| messages.iter().filter(inlines).find_map(of)).unwrap_or(&Value::Null)
}

fn text(value: &Value) -> anyhow::Result<&str> {
    value.as_str().with_context(|| format!("{value} should be a string"))
}

fn position(names: &[&str], name: &str) -> anyhow::Result<u8> {
    let found = names.iter().position(|known| *known == name).with_context(|| format!("unknown mark {name:?}"))?;
    Ok(u8::try_from(found)?)
}
