//! OpenAPI: in version 3 one document for each group version, in version 2 one of everything, made from the table of fields when asked for.
//!
//! # Cost
//!
//! A document takes a few milliseconds to make and is kept once it was asked for. The index needs the hash of each document: the first time it
//! makes them one after another, and keeps only their hashes. The protobuf form is made of the JSON one and kept beside it, once somebody asks
//! for it.

mod facts;
mod operation;
mod paths;
mod protobuf;
mod schema;
mod serve;
#[cfg(test)]
mod tests;
mod tree;
mod v2;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use bytes::Bytes;
use lookglass_object::{GroupVersion, table::Table};

pub(super) use self::serve::{answer, answer_v2};
use self::{
    operation::{Content, Operation, PLAIN, Parameter},
    paths::Paths,
    schema::schema,
    tree::{Tree, object},
};
use super::tag;
use crate::Catalog;

/// A document, and its hash.
#[derive(Debug)]
struct Spec {
    body: Bytes,
    hash: String,
    protobuf: OnceLock<Bytes>,
}

impl Spec {
    /// The document in its protobuf form, which is made when it is first asked for.
    fn protobuf(&self) -> Bytes {
        let make = || protobuf::v3(&self.body).expect("a document is the JSON that was written here").into();
        self.protobuf.get_or_init(make).clone()
    }
}

/// The documents of a catalog by their names, `apis/apps/v1`.
#[derive(Debug)]
pub(super) struct Specs {
    documents: BTreeMap<String, (Subject, OnceLock<Spec>)>,
    index: OnceLock<Bytes>,
    whole: OnceLock<Spec>,
}

/// What a document is of.
#[derive(Debug)]
enum Subject {
    Version(GroupVersion),
    Group(String),
    Fixed(Make),
}

impl Specs {
    pub(super) fn new(catalog: &Catalog) -> Self {
        let mut documents = BTreeMap::new();
        let mut add = |path: String, subject| documents.insert(path, (subject, OnceLock::new()));
        for (group, versions) in catalog.groups() {
            if !group.is_empty() {
                add(format!("apis/{group}"), Subject::Group(group.to_owned()));
            }
            for version in versions {
                add(paths::prefix(version)[1..].to_owned(), Subject::Version(version.clone()));
            }
        }
        for (path, make) in FIXED {
            add((*path).to_owned(), Subject::Fixed(*make));
        }
        Self { documents, index: OnceLock::new(), whole: OnceLock::new() }
    }

    /// The list of documents, each under an address that changes with it.
    fn index(&self, catalog: &Catalog) -> Bytes {
        let make = || {
            let entry = |(path, (subject, kept)): (&String, &(Subject, OnceLock<Spec>))| {
                let hash = match kept.get() {
                    Some(spec) => spec.hash.clone(),
                    None => spec(path, subject, catalog).hash,
                };
                let url = format!("/openapi/v3/{path}?hash={hash}");
                (path.clone().into(), object([("serverRelativeURL", url.into())]))
            };
            let paths = self.documents.iter().map(entry).collect();
            object([("paths", Tree::Object(paths))]).to_bytes().into()
        };
        self.index.get_or_init(make).clone()
    }

    /// The document of version 2.
    fn whole(&self, catalog: &Catalog) -> &Spec {
        self.whole.get_or_init(|| Spec::new(v2::document(self, catalog)))
    }

    /// The document of this name.
    fn get(&self, path: &str, catalog: &Catalog) -> Option<&Spec> {
        let (name, (subject, kept)) = self.documents.get_key_value(path)?;
        Some(kept.get_or_init(|| spec(name, subject, catalog)))
    }
}

/// Makes the only operation of a document.
type Make = fn() -> Operation;

/// The documents that every server has.
const FIXED: &[(&str, Make)] = &[
    (".well-known/openid-configuration", || {
        let text = "get service account issuer OpenID configuration, also known as the 'OIDC discovery doc'";
        let id = "getServiceAccountIssuerOpenIDConfiguration";
        Operation::get("WellKnown", id, text, &["application/json"], Content::Text)
    }),
    ("openid/v1/jwks", || {
        let text = "get service account issuer OpenID JSON Web Key Set (contains public token verification keys)";
        Operation::get(
            "openid",
            "getServiceAccountIssuerOpenIDKeyset",
            text,
            &["application/jwk-set+json"],
            Content::Text,
        )
    }),
    ("version", || {
        let content = Content::Type("io.k8s.apimachinery.pkg.version.Info");
        Operation::get(
            "version",
            "getCodeVersion",
            "get the version information for this server",
            &["application/json"],
            content,
        )
    }),
    ("api", || {
        let content = Content::Type("io.k8s.apimachinery.pkg.apis.meta.v1.APIVersions");
        Operation::get("core", "getCoreAPIVersions", "get available API versions", PLAIN, content)
    }),
    ("apis", || {
        let content = Content::Type("io.k8s.apimachinery.pkg.apis.meta.v1.APIGroupList");
        Operation::get("apis", "getAPIVersions", "get available API versions", PLAIN, content)
    }),
];

impl Subject {
    /// What can be done at and below the path of the document.
    fn paths(&self, path: &str, catalog: &Catalog) -> Paths {
        let mut paths = Paths::new();
        match self {
            Self::Fixed(make) => {
                paths.insert(format!("/{path}/"), vec![make()]);
            }
            Self::Group(group) => {
                let (tag, middle) = paths::names(&GroupVersion::new(group.clone(), ""));
                let content = Content::Type("io.k8s.apimachinery.pkg.apis.meta.v1.APIGroup");
                let id = format!("get{middle}APIGroup");
                let tag = tag.trim_end_matches('_').to_owned();
                let get = Operation::get(tag, id, "get information of a group", PLAIN, content);
                paths.insert(format!("/{path}/"), vec![get]);
            }
            Self::Version(version) => {
                let (tag, middle) = paths::names(version);
                let content = Content::Type("io.k8s.apimachinery.pkg.apis.meta.v1.APIResourceList");
                let id = format!("get{middle}APIResources");
                let get = Operation::get(tag, id, "get available resources", PLAIN, content);
                paths.insert(format!("/{path}/"), vec![get]);
                for resource in catalog.resources().iter().filter(|it| it.gvr.group_version() == version) {
                    paths::add(resource, &mut paths);
                }
            }
        }
        paths
    }
}

fn spec(path: &str, subject: &Subject, catalog: &Catalog) -> Spec {
    // Types of `meta/v1` say in which groups and versions they stand.
    let versions = match subject {
        Subject::Version(version) => std::slice::from_ref(version),
        Subject::Group(_) | Subject::Fixed(_) => &[],
    };
    Spec::new(document(subject.paths(path, catalog), versions).to_bytes())
}

impl Spec {
    fn new(body: Vec<u8>) -> Self {
        Self { hash: tag::of(&body), body: body.into(), protobuf: OnceLock::new() }
    }
}

/// The schemas of all types that operations speak of, by name.
fn schemas(paths: &Paths, versions: &[GroupVersion]) -> BTreeMap<&'static str, Tree> {
    let mut wanted: Vec<&'static str> = paths.values().flatten().flat_map(Operation::types).collect();
    let mut made = BTreeMap::new();
    let mut seen = BTreeSet::new();
    while let Some(name) = wanted.pop() {
        if seen.insert(name) {
            made.insert(name, schema(name, versions, &mut wanted));
        }
    }
    made
}

fn document(paths: Paths, versions: &[GroupVersion]) -> Tree {
    let made = schemas(&paths, versions);
    let paths = paths.into_iter().map(|(path, operations)| (path.into(), path_item(operations))).collect();
    let mut components: Vec<(Cow<'static, str>, Tree)> = Vec::new();
    if !made.is_empty() {
        let schemas = made.into_iter().map(|(name, schema)| (name.into(), schema)).collect();
        components.push(("schemas".into(), Tree::Object(schemas)));
    }
    let token = object([
        ("type", "apiKey".into()),
        ("description", "Bearer Token authentication".into()),
        ("name", "authorization".into()),
        ("in", "header".into()),
    ]);
    components.push(("securitySchemes".into(), object([("BearerToken", token)])));
    let info = object([("title", "Kubernetes".into()), ("version", Table::builtin().version().into())]);
    object([
        ("openapi", "3.0.0".into()),
        ("info", info),
        ("paths", Tree::Object(paths)),
        ("components", Tree::Object(components)),
    ])
}

/// The operations of a path in the order of the standard, each with its parameters in order.
fn sort_operations(operations: &mut [Operation]) {
    const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];
    for operation in &mut *operations {
        operation.parameters.sort_unstable();
        operation.parameters.dedup_by(|a, b| a == b);
    }
    operations.sort_by_key(|operation| METHODS.iter().position(|method| *method == operation.method));
}

/// The parameters that all operations of a path have.
fn common_parameters(operations: &[Operation]) -> Vec<Parameter> {
    let Some((first, rest)) = operations.split_first() else { return Vec::new() };
    let shared = |parameter: &&Parameter| rest.iter().all(|other| other.parameters.contains(parameter));
    first.parameters.iter().filter(shared).cloned().collect()
}

/// The operations of a path, after which come the parameters that all of them have.
fn path_item(mut operations: Vec<Operation>) -> Tree {
    sort_operations(&mut operations);
    let common = common_parameters(&operations);
    let mut out: Vec<_> =
        operations.iter().map(|operation| (operation.method.into(), operation.tree(&common))).collect();
    if !common.is_empty() {
        out.push(("parameters".into(), Tree::List(common.iter().map(Parameter::tree).collect())));
    }
    Tree::Object(out)
}
