//! The schemas of types, from the table of their fields.

use std::borrow::Cow;

use lookglass_object::{
    GroupVersion,
    table::{Field, FieldKind, ListType, Message, PatchStrategy, Shape, Table},
};

use super::{
    facts::{Facts, FieldFacts, TypeFacts},
    tree::{Tree, object},
};

type Members = Vec<(Cow<'static, str>, Tree)>;

/// Kinds of `meta/v1` that are registered in every group and version.
const EVERYWHERE: [&str; 2] = ["DeleteOptions", "WatchEvent"];

/// What a document may refer to its schemas by.
pub(super) fn reference(name: &str) -> Tree {
    object([("$ref", format!("#/components/schemas/{name}").into())])
}

/// The schema of a type in the document of group versions; the types it refers to are added to `wanted`.
pub(super) fn schema(name: &str, versions: &[GroupVersion], wanted: &mut Vec<&'static str>) -> Tree {
    let facts = Facts::get();
    let none = TypeFacts::default();
    let said = facts.of(name).unwrap_or(&none);
    let message = facts.message(name);
    let mut out: Members = Vec::new();
    if let Some(text) = description(said.description.as_ref(), || Table::builtin().description(name)) {
        out.push(("description".into(), text));
    }
    match &said.kind {
        None => out.push(("type".into(), "object".into())),
        Some(Some(kind)) => out.push(("type".into(), kind.clone().into())),
        Some(None) => {}
    }
    out.extend(said.format.clone().map(|format| ("format".into(), format.into())));
    if !said.required.is_empty() {
        out.push(("required".into(), Tree::list(said.required.iter().cloned())));
    }
    out.extend(said.one_of.as_ref().map(|forms| ("oneOf".into(), forms.into())));
    let mut fields: Vec<&Field> = message.map(Message::fields).unwrap_or_default().iter().collect();
    if !fields.is_empty() {
        fields.sort_unstable_by_key(|field| field.name());
        let properties = fields.into_iter().map(|field| (field.name().into(), property(field, said, wanted)));
        out.push(("properties".into(), Tree::Object(properties.collect())));
    } else if !said.fields.is_empty() {
        // The one type that the table does not know has texts only.
        let mut texts: Members = said.fields.iter().map(|(name, said)| (name.clone().into(), text(said))).collect();
        texts.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        out.push(("properties".into(), Tree::Object(texts)));
    }
    let kinds = kinds(name, versions);
    if !kinds.is_empty() {
        out.push(("x-kubernetes-group-version-kind".into(), Tree::List(kinds)));
    }
    if message.is_some_and(Message::is_atomic) {
        out.push(("x-kubernetes-map-type".into(), "atomic".into()));
    }
    out.extend(said.unions.as_ref().map(|unions| ("x-kubernetes-unions".into(), unions.into())));
    Tree::Object(out)
}

fn description(other: Option<&String>, known: impl FnOnce() -> Option<&'static str>) -> Option<Tree> {
    match other {
        Some(text) => Some(text.clone().into()),
        None => known().map(Into::into),
    }
}

fn text(said: &FieldFacts) -> Tree {
    let description = said.description.clone().map(|text| ("description".into(), text.into()));
    let default = said.default.as_ref().map(|default| ("default".into(), default.into()));
    Tree::Object(description.into_iter().chain([("type".into(), "string".into())]).chain(default).collect())
}

/// The kinds whose struct it is.
fn kinds(name: &str, versions: &[GroupVersion]) -> Vec<Tree> {
    let kind = |group: &str, version: &str, kind: &'static str| {
        object([("group", group.to_owned().into()), ("kind", kind.into()), ("version", version.to_owned().into())])
    };
    let table = Table::builtin();
    let own = table.kinds().iter().filter(|entry| entry.message().name() == name);
    let mut found: Vec<_> = own.map(|entry| kind(entry.group(), entry.version(), entry.kind())).collect();
    if let Some(entry) = table.meta_kinds().iter().find(|entry| entry.message().name() == name) {
        found.push(kind("", "v1", entry.kind()));
        if EVERYWHERE.contains(&entry.kind()) {
            let named = versions.iter().filter(|version| !version.group().is_empty());
            found.extend(named.map(|version| kind(version.group(), version.version(), entry.kind())));
        }
    }
    found
}

fn property(field: &Field, of: &TypeFacts, wanted: &mut Vec<&'static str>) -> Tree {
    let none = FieldFacts::default();
    let said = of.fields.get(field.name()).unwrap_or(&none);
    let mut out: Members = Vec::new();
    let text = description(said.description.as_ref(), || field.description());
    let text = match (text, &said.enum_text) {
        (Some(Tree::Text(text)), Some(values)) => Some(format!("{text}{values}").into()),
        (None, Some(values)) => Some(values.clone().into()),
        (text, _) => text,
    };
    out.extend(text.map(|text| ("description".into(), text)));
    let single = matches!(field.shape(), Shape::One | Shape::Pointer);
    let mut value = value_of(field, wanted);
    if let Some(values) = &said.item_enum {
        value.push(("enum".into(), values.into()));
    }
    let referred = single && value.first().is_some_and(|(name, _)| name == "$ref");
    let plain_struct = field.shape() == Shape::One
        && field.kind() == FieldKind::Message
        && !field.message().is_some_and(Message::is_wrapper);
    let default = match &said.default {
        Some(default) => Some(default.into()),
        None => plain_struct.then(|| Tree::Object(Vec::new())),
    };
    match field.shape() {
        Shape::One | Shape::Pointer if !referred => out.append(&mut value),
        Shape::One | Shape::Pointer => {}
        Shape::List => out.push(("type".into(), "array".into())),
        Shape::Map => out.push(("type".into(), "object".into())),
    }
    out.extend(default.map(|default| ("default".into(), default)));
    out.extend(said.values.as_ref().map(|values| ("enum".into(), values.into())));
    match field.shape() {
        // A reference stands alone, or inside a list of one where something is said beside it.
        _ if referred && out.is_empty() => out.append(&mut value),
        _ if referred => out.push(("allOf".into(), Tree::List(vec![Tree::Object(value)]))),
        Shape::List => out.push(("items".into(), Tree::Object(value))),
        Shape::Map => out.push(("additionalProperties".into(), Tree::Object(value))),
        Shape::One | Shape::Pointer => {}
    }
    extensions(field, said, &mut out);
    Tree::Object(out)
}

/// The value, or an element of the list or map.
fn value_of(field: &Field, wanted: &mut Vec<&'static str>) -> Members {
    use FieldKind as K;
    let special = match field.kind() {
        K::Message => {
            let message = field.message().expect("a field of this kind has one");
            if let Some(items) = message.fields().first().filter(|_| message.is_wrapper()) {
                let items = Tree::Object(value_of(items, wanted));
                return vec![("type".into(), "array".into()), ("items".into(), items)];
            }
            message.name()
        }
        K::Time => "io.k8s.apimachinery.pkg.apis.meta.v1.Time",
        K::MicroTime => "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime",
        K::FieldsV1 => "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1",
        K::Quantity => "io.k8s.apimachinery.pkg.api.resource.Quantity",
        K::IntOrString => "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
        K::RawExtension => "io.k8s.apimachinery.pkg.runtime.RawExtension",
        K::Json => "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON",
        K::SchemaOrArray => "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray",
        K::SchemaOrBool => "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool",
        K::SchemaOrStringArray => {
            "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray"
        }
        other => {
            let (kind, format) = match other {
                K::String => ("string", None),
                K::Bool => ("boolean", None),
                K::Bytes => ("string", Some("byte")),
                K::Int32 => ("integer", Some("int32")),
                K::Int64 => ("integer", Some("int64")),
                K::Float64 => ("number", Some("double")),
                _ => ("object", None),
            };
            let format = format.map(|format| ("format".into(), format.into()));
            return std::iter::once(("type".into(), kind.into())).chain(format).collect();
        }
    };
    wanted.push(special);
    let Tree::Object(members) = reference(special) else { return Vec::new() };
    members
}

/// How server-side apply and patches treat the field, by name.
fn extensions(field: &Field, said: &FieldFacts, out: &mut Members) {
    let keys: Vec<Tree> = field.map_keys().map(Into::into).collect();
    if !keys.is_empty() {
        out.push(("x-kubernetes-list-map-keys".into(), Tree::List(keys)));
    }
    let list_type = match field.list_type() {
        ListType::Unset => None,
        ListType::Atomic => Some("atomic"),
        ListType::Set => Some("set"),
        ListType::Map => Some("map"),
    };
    // Bytes are a list to Go.
    let list = field.shape() == Shape::List || field.kind() == FieldKind::Bytes;
    match list_type {
        Some(list_type) if list => {
            out.push(("x-kubernetes-list-type".into(), list_type.into()));
        }
        Some(map_type) => out.push(("x-kubernetes-map-type".into(), map_type.into())),
        None if said.granular => out.push(("x-kubernetes-map-type".into(), "granular".into())),
        None => {}
    }
    if let Some(key) = field.merge_key() {
        out.push(("x-kubernetes-patch-merge-key".into(), key.into()));
    }
    let strategy = match field.patch_strategy() {
        PatchStrategy::Unset => return,
        PatchStrategy::Merge => "merge",
        PatchStrategy::Replace => "replace",
        PatchStrategy::RetainKeys => "retainKeys",
        PatchStrategy::MergeRetainKeys => "merge,retainKeys",
    };
    out.push(("x-kubernetes-patch-strategy".into(), strategy.into()));
}
