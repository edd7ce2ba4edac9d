//! OpenAPI version 2 (Swagger): one document of everything, in the words of version 3's.
//!
//! The rules are those of the real server's builder: types lose their defaults and alternatives, parameters that many operations share stand once
//! in a section of their own, under a name with a hash of what they are.

use std::{borrow::Cow, collections::BTreeMap};

use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use lookglass_object::{GroupVersion, table::Table};

use super::{
    Specs, common_parameters,
    operation::{Content, Operation, Parameter},
    paths::Paths,
    schemas, sort_operations,
    tree::{Tree, object},
};
use crate::Catalog;

type Members = Vec<(Cow<'static, str>, Tree)>;

/// Media types in the order in which the real server's routes name them.
const MEDIA: [&str; 11] = [
    "text/plain",
    "application/json",
    "application/yaml",
    "application/vnd.kubernetes.protobuf",
    "application/json;stream=watch",
    "application/vnd.kubernetes.protobuf;stream=watch",
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
    "*/*",
];

/// The document of all group versions.
pub(super) fn document(specs: &Specs, catalog: &Catalog) -> Vec<u8> {
    let mut paths = Paths::new();
    for (path, (subject, _)) in &specs.documents {
        paths.append(&mut subject.paths(path, catalog));
    }
    let versions: Vec<GroupVersion> =
        catalog.groups().into_iter().flat_map(|(_, versions)| versions.into_iter().cloned()).collect();
    let definitions = schemas(&paths, &versions).into_iter().map(|(name, schema)| (name.into(), plain(schema)));
    let definitions = Tree::Object(definitions.collect());
    let mut shared = BTreeMap::new();
    let paths = paths.into_iter().map(|(path, operations)| (path.into(), path_item(operations, &mut shared)));
    let paths = Tree::Object(paths.collect());
    let token = object([
        ("description", "Bearer Token authentication".into()),
        ("type", "apiKey".into()),
        ("name", "authorization".into()),
        ("in", "header".into()),
    ]);
    let whole = object([
        ("swagger", "2.0".into()),
        ("info", object([("title", "Kubernetes".into()), ("version", Table::builtin().version().into())])),
        ("paths", paths),
        ("definitions", definitions),
        ("parameters", Tree::Object(shared.into_iter().map(|(name, tree)| (name.into(), tree)).collect())),
        ("securityDefinitions", object([("BearerToken", token)])),
        ("security", Tree::List(vec![object([("BearerToken", Tree::List(Vec::new()))])])),
    ]);
    whole.to_plain_bytes()
}

/// A schema of version 3 as version 2 has it: without defaults, and with references beside what is said of the field.
fn plain(schema: Tree) -> Tree {
    let Tree::Object(members) = schema else { return schema };
    let alternatives = members.iter().any(|(name, _)| name == "oneOf");
    let mut out: Members = Vec::with_capacity(members.len());
    for (name, value) in members {
        match (&*name, value) {
            ("default", _) => {}
            // What may be a number as well is a text here.
            ("oneOf", _) => {}
            ("$ref", Tree::Text(place)) => out.push((name, reference(&place))),
            ("allOf", Tree::List(only)) => {
                for schema in only {
                    let Tree::Object(members) = plain(schema) else { continue };
                    out.extend(members);
                }
            }
            ("properties", Tree::Object(fields)) => {
                let fields = fields.into_iter().map(|(name, field)| (name, plain(field))).collect();
                out.push((name, Tree::Object(fields)));
            }
            ("items" | "additionalProperties", value) => out.push((name, plain(value))),
            (_, value) => out.push((name, value)),
        }
    }
    if alternatives {
        let at = usize::from(out.first().is_some_and(|(name, _)| name == "description"));
        out.insert(at, ("type".into(), "string".into()));
    }
    Tree::Object(out)
}

fn reference(place: &str) -> Tree {
    place.replacen("#/components/schemas/", "#/definitions/", 1).into()
}

/// Parameters that are shared are added to `shared`.
fn path_item(mut operations: Vec<Operation>, shared: &mut BTreeMap<String, Tree>) -> Tree {
    sort_operations(&mut operations);
    let common = common_parameters(&operations);
    let mut out: Members = Vec::new();
    for item in &operations {
        out.push((item.method.into(), operation(item, &common, shared)));
    }
    if !common.is_empty() {
        out.push(("parameters".into(), Tree::List(common.iter().map(|it| parameter(it, shared)).collect())));
    }
    Tree::Object(out)
}

fn operation(operation: &Operation, common: &[Parameter], shared: &mut BTreeMap<String, Tree>) -> Tree {
    let mut out: Members = vec![("description".into(), operation.description.clone().into())];
    let consumes = match (&operation.body, &operation.action) {
        (Some((media, ..)), _) => media.as_slice(),
        (None, Some(_)) => &["*/*"],
        // Documents that are no objects are only ever asked for; of the others, and of the version, forms are named both ways.
        (None, None) if matches!(operation.content, Content::Text) => &[],
        (None, None) => operation.media,
    };
    if !consumes.is_empty() {
        out.push(("consumes".into(), ordered(consumes)));
    }
    out.push(("produces".into(), ordered(operation.media)));
    out.push(("schemes".into(), Tree::list(["https"])));
    out.push(("tags".into(), Tree::List(vec![Tree::Text(operation.tag.clone())])));
    out.push(("operationId".into(), operation.id.clone().into()));
    let own = operation.parameters.iter().filter(|it| !common.contains(it));
    let mut own: Vec<(&str, Tree)> = own.map(|it| (it.name(), parameter(it, shared))).collect();
    if let Some((_, name, required)) = &operation.body {
        own.push(("body", body(name, *required, shared)));
    }
    own.sort_by_key(|(name, _)| *name);
    if !own.is_empty() {
        out.push(("parameters".into(), Tree::List(own.into_iter().map(|(_, tree)| tree).collect())));
    }
    let answer = |description: &'static str| {
        let schema = match operation.content {
            Content::Type(name) => definition(name),
            Content::Text => object([("type", "string".into())]),
        };
        object([("description", description.into()), ("schema", schema)])
    };
    let answers = operation.codes.iter().map(|(code, description)| ((*code).into(), answer(description)));
    let refusal = ("401".into(), object([("description", "Unauthorized".into())]));
    out.push(("responses".into(), Tree::Object(answers.chain([refusal]).collect())));
    if let Some((action, kind)) = &operation.action {
        out.push(("x-kubernetes-action".into(), (*action).into()));
        let kind = object([
            ("group", kind.group().to_owned().into()),
            ("kind", kind.kind().to_owned().into()),
            ("version", kind.version().to_owned().into()),
        ]);
        out.push(("x-kubernetes-group-version-kind".into(), kind));
    }
    Tree::Object(out)
}

fn ordered(media: &[&'static str]) -> Tree {
    let mut media = media.to_vec();
    // What is not in the list comes last.
    media.sort_by_key(|it| MEDIA.iter().position(|known| known == it).unwrap_or(MEDIA.len()));
    Tree::list(media)
}

fn definition(name: &str) -> Tree {
    object([("$ref", format!("#/definitions/{name}").into())])
}

/// The parameter, or where it stands for all. The name of an object speaks of its kind, and kubectl looks for two others in each operation.
fn parameter(parameter: &Parameter, shared: &mut BTreeMap<String, Tree>) -> Tree {
    let tree = parameter.plain_tree();
    match parameter.name() {
        "name" | "fieldValidation" | "dryRun" => tree,
        name => share(name, tree, shared),
    }
}

fn body(type_name: &str, required: bool, shared: &mut BTreeMap<String, Tree>) -> Tree {
    let mut out: Members = vec![("name".into(), "body".into()), ("in".into(), "body".into())];
    if required {
        out.push(("required".into(), Tree::Bool(true)));
    }
    out.push(("schema".into(), definition(type_name)));
    let generic = type_name.starts_with("io.k8s.apimachinery");
    if generic { share("body", Tree::Object(out), shared) } else { Tree::Object(out) }
}

fn share(name: &str, tree: Tree, shared: &mut BTreeMap<String, Tree>) -> Tree {
    let name = format!("{name}-{}", URL_SAFE.encode(&fnv(&tree.to_bytes()).to_be_bytes()[..6]));
    let place = object([("$ref", format!("#/parameters/{name}").into())]);
    shared.insert(name, tree);
    place
}

/// FNV-1 of 64 bits.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| hash.wrapping_mul(0x0100_0000_01b3) ^ u64::from(*byte))
}
