//! Every kind, empty, at zero, a third full and full, as Go's serialisers write it (`xtask/go-fields golden 1`).

use serde_json::Value;

use super::super::*;
use crate::codec::{AnyObject, Codec};
use crate::table::KindEntry;

/// An object as Go writes it.
pub(in super::super) struct Golden {
    pub(in super::super) kind: String,
    pub(in super::super) api_version: String,
    pub(in super::super) protobuf: Vec<u8>,
    /// Of what `protobuf` decodes to.
    pub(in super::super) json: Vec<u8>,
    /// Of what `json` decodes to.
    pub(in super::super) again: Vec<u8>,
}

impl Golden {
    pub(in super::super) fn entry(&self) -> &'static KindEntry {
        Table::builtin().kind_of(&self.api_version, &self.kind).unwrap_or_else(|| panic!("{}", self.name()))
    }

    pub(in super::super) fn name(&self) -> String {
        format!("{} {}", self.api_version, self.kind)
    }

    pub(in super::super) fn type_meta(&self) -> Option<(&str, &str)> {
        Some((&self.api_version, &self.kind))
    }

    pub(in super::super) fn raw(&self) -> &[u8] {
        Envelope::parse(&self.protobuf).unwrap().raw()
    }
}

pub(in super::super) fn golden() -> Vec<Golden> {
    let packed = include_bytes!("../../../tests/data/golden.bin.zst");
    let bytes = zstd::decode_all(packed.as_slice()).unwrap();
    let mut rest = bytes.as_slice();
    let mut part = || {
        let (length, tail) = rest.split_first_chunk::<4>()?;
        let (part, tail) = tail.split_at(u32::from_be_bytes(*length) as usize);
        rest = tail;
        Some(part.to_vec())
    };
    let mut golden = Vec::new();
    while let Some(kind) = part() {
        golden.push(Golden {
            kind: String::from_utf8(kind).unwrap(),
            api_version: String::from_utf8(part().unwrap()).unwrap(),
            protobuf: part().unwrap(),
            json: part().unwrap(),
            again: part().unwrap(),
        });
    }
    golden
}

fn first_difference(a: &[u8], b: &[u8]) -> String {
    let at = a.iter().zip(b).position(|(a, b)| a != b).unwrap_or(a.len().min(b.len()));
    let show = |bytes: &[u8]| bytes[at.saturating_sub(60)..(at + 60).min(bytes.len())].escape_ascii().to_string();
    format!("at {at}:\n ours {}\n go's {}", show(a), show(b))
}

#[test]
fn protobuf_becomes_the_json_that_go_writes() {
    for golden in golden() {
        let mut json = Vec::new();
        let lossiness = to_json(golden.entry().message(), golden.raw(), golden.type_meta(), &mut json);
        assert_eq!(lossiness, Ok(Lossiness::Exact), "{}", golden.name());
        assert!(json == golden.json, "{} {}", golden.name(), first_difference(&json, &golden.json));
    }
}

#[test]
fn json_becomes_the_protobuf_that_go_writes() {
    let mut from = FromJson::new();
    for golden in golden() {
        from.read(&golden.json).unwrap();
        let (mut raw, mut strict) = (Vec::new(), Vec::new());
        from.write(golden.entry().message(), Zeros::Written, Some(&mut strict), &mut raw).unwrap();
        let theirs = Envelope::parse(&golden.again).unwrap().raw();
        assert!(raw == theirs, "{} {}", golden.name(), first_difference(&raw, theirs));
        assert_eq!(strict, [], "{}", golden.name());
        if !golden.entry().message().has_type_meta() {
            continue;
        }
        let mut envelope = Vec::new();
        write_envelope(&golden.api_version, &golden.kind, &raw, &mut envelope);
        assert!(envelope == golden.again, "{}", golden.name());
        let meta = from.type_meta();
        assert_eq!((meta.api_version.as_str(), meta.kind.as_str()), golden.type_meta().unwrap());
    }
}

#[test]
fn protobuf_without_zeros_is_no_larger_and_reads_the_same() {
    for golden in golden() {
        let message = golden.entry().message();
        let (mut lean, mut ours, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
        from_json(message, &golden.json, Zeros::LeftOut, &mut lean).unwrap();
        let again = Envelope::parse(&golden.again).unwrap();
        assert!(lean.len() <= again.raw().len(), "{}", golden.name());
        to_json(message, &lean, golden.type_meta(), &mut ours).unwrap();
        to_json(message, again.raw(), golden.type_meta(), &mut theirs).unwrap();
        assert!(ours == theirs, "{} {}", golden.name(), first_difference(&ours, &theirs));
    }
}

#[test]
fn what_go_wrote_is_normal() {
    for golden in golden() {
        let normal = normalise(golden.entry().message(), golden.raw()).unwrap();
        assert!(normal == golden.raw(), "{} {}", golden.name(), first_difference(&normal, golden.raw()));
    }
}

#[test]
fn dynamic_objects_are_the_same_from_both() {
    for golden in golden() {
        let message = golden.entry().message();
        let (ours, _) = decode::<Value>(message, golden.raw(), golden.type_meta()).unwrap();
        let theirs: Value = serde_json::from_slice(&golden.json).unwrap();
        assert_eq!(ours, theirs, "{}", golden.name());
    }
}

#[test]
fn typed_objects_are_the_same_from_both() {
    let (mut same, mut refused) = (std::collections::BTreeSet::new(), 0);
    for golden in golden() {
        let entry = golden.entry();
        let Some(codec) = Codec::for_kind(entry.group(), entry.version(), entry.kind()) else {
            continue;
        };
        let ours = codec.protobuf(golden.raw(), golden.type_meta());
        match (codec.json(&golden.json), ours) {
            (Ok(theirs), Ok((ours, lossiness))) => {
                assert_eq!(lossiness, Lossiness::Exact);
                let text = |object: &AnyObject| String::from_utf8(codec.encode(&**object).unwrap()).unwrap();
                assert_eq!(text(&ours), text(&theirs), "{}", golden.name());
                same.insert(golden.name());
            }
            // A required time or condition that Go writes as null; k8s-openapi refuses it in JSON too.
            (Err(_), Err(error)) => {
                assert!(error.source.offset().is_some() && error.source.path().count() > 0, "{error}");
                refused += 1;
            }
            (theirs, ours) => panic!("{}: json {:?}, protobuf {:?}", golden.name(), theirs.err(), ours.err()),
        }
    }
    // Everything that k8s-openapi and the table both know was there.
    let both = Codec::all().iter().filter(|codec| codec.entry().is_some()).count();
    assert!(same.len() == both && both >= 90 && refused < 8, "{} of {both}, {refused} refused", same.len());
}

#[test]
fn typed_lists_are_the_same_from_both() {
    use k8s_openapi::List;
    use k8s_openapi::api::apps::v1::Deployment;
    use k8s_openapi::api::core::v1::{Node, Pod};

    fn compare<T: DeserializeOwned + PartialEq + std::fmt::Debug>(golden: &Golden) {
        let (ours, _) = decode::<T>(golden.entry().message(), golden.raw(), golden.type_meta()).unwrap();
        assert_eq!(ours, serde_json::from_slice::<T>(&golden.json).unwrap());
    }
    let mut seen = 0;
    for golden in golden() {
        match golden.name().as_str() {
            "v1 PodList" => compare::<List<Pod>>(&golden),
            "v1 NodeList" => compare::<List<Node>>(&golden),
            "apps/v1 DeploymentList" => compare::<List<Deployment>>(&golden),
            _ => continue,
        }
        seen += 1;
    }
    assert_eq!(seen, 12);
}

/// Every value in a tree, with the way to it.
fn pointers(tree: &Value, way: &str, all: &mut Vec<(String, Value)>) {
    let step = |name: &str| format!("{way}/{}", name.replace('~', "~0").replace('/', "~1"));
    match tree {
        Value::Object(members) => members.iter().for_each(|(name, value)| pointers(value, &step(name), all)),
        Value::Array(elements) => {
            elements.iter().enumerate().for_each(|(index, value)| pointers(value, &step(&index.to_string()), all));
        }
        _ => {}
    }
    if !way.is_empty() {
        all.push((way.to_owned(), tree.clone()));
    }
}

#[test]
fn every_value_is_found_by_its_path_without_its_neighbours() {
    use crate::{Arrival, Datum, Depot, Dynamic, Gvk, Intake};
    let mut seen = 0_usize;
    for golden in golden() {
        let entry = golden.entry();
        let family = Depot::builder().build().family(&Gvk::new(entry.group(), entry.version(), entry.kind()));
        let object = Intake::<Dynamic>::new(family).keep_managed_fields(true).protobuf(golden.raw(), Arrival::Changed);
        let Ok(object) = object else { continue };
        let mut all = Vec::new();
        pointers(&object.to_value().unwrap(), "", &mut all);
        // A share of them, which falls on other fields from object to object.
        for (path, value) in all.iter().skip(seen % 8).step_by(8) {
            seen += 1;
            let found = match object.at(path.as_str()) {
                Some(Datum::Json(text)) => serde_json::from_str(&text).unwrap(),
                Some(Datum::String(text)) => Value::from(&*text),
                Some(Datum::Number(number)) => number.into(),
                Some(Datum::Bool(value)) => value.into(),
                Some(Datum::Null) => Value::Null,
                other => panic!("{} {path}: {other:?}", golden.name()),
            };
            assert_eq!(found, *value, "{} {path}", golden.name());
            assert_eq!(object.read(&*format!("{path}/nothing")).unwrap(), None, "{} {path}", golden.name());
        }
    }
    assert!(seen > 5_000, "{seen}");
}
