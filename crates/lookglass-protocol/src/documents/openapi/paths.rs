//! The paths of resources and what can be done there, by the rules of the real server's installer.

use std::collections::BTreeMap;

use lookglass_object::{GroupVersion, Gvk, table::Table};

use super::operation::{Content, Operation, Parameter};
use crate::{Resource, Subresource, Verb};

/// Operations by path.
pub(super) type Paths = BTreeMap<String, Vec<Operation>>;

/// `coordination_v1`, and `CoordinationV1` as it stands in the names of operations.
pub(super) fn names(version: &GroupVersion) -> (String, String) {
    let group = match version.group().strip_suffix(".k8s.io").unwrap_or(version.group()) {
        "" => "core".to_owned(),
        group => {
            let mut words = group.split('.').filter(|word| *word != "k8s" && *word != "io");
            let first = words.next().unwrap_or_default().to_owned();
            words.fold(first, |name, word| name + &title(word))
        }
    };
    (format!("{group}_{}", version.version()), format!("{}{}", title(&group), title(version.version())))
}

pub(super) fn title(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// `/api/v1`, `/apis/apps/v1`.
pub(super) fn prefix(version: &GroupVersion) -> String {
    let root = if version.group().is_empty() { "/api" } else { "/apis" };
    format!("{root}/{version}")
}

/// Adds all paths of a resource.
pub(super) fn add(resource: &Resource, paths: &mut Paths) {
    if let Some(place) = Place::of(resource) {
        place.collection(paths);
        place.item(paths);
        place.watches(paths);
        for sub in &resource.subresources {
            place.subresource(sub, paths);
        }
    }
}

/// What names a resource in paths and operations.
struct Place<'a> {
    resource: &'a Resource,
    prefix: String,
    tag: String,
    /// In the middle of an operation's name: `CoordinationV1`.
    middle: String,
    /// `Namespaced` or nothing.
    scope: &'static str,
    kind: &'a str,
    object: Content,
    parameters: Vec<Parameter>,
}

/// The struct of a kind, if the table has it.
fn type_of(kind: &Gvk) -> Option<Content> {
    let entry = Table::builtin().kind(kind.group(), kind.version(), kind.kind())?;
    Some(Content::Type(entry.message().name()))
}

const WATCH_EVENT: Content = Content::Type("io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent");
const STATUS: Content = Content::Type("io.k8s.apimachinery.pkg.apis.meta.v1.Status");
const DEPRECATED: &str = "deprecated: use the 'watch' parameter with a list operation instead";

/// With the article that fits, or none before a plural.
fn with_article(noun: &str) -> String {
    if noun.ends_with('s') && !noun.ends_with("ss") {
        return format!(" {noun}");
    }
    let vowel = noun.starts_with(['A', 'E', 'I', 'O', 'U']);
    format!(" {} {noun}", if vowel { "an" } else { "a" })
}

impl<'a> Place<'a> {
    /// Kinds that the table does not have, such as those of custom resources, are left out.
    fn of(resource: &'a Resource) -> Option<Self> {
        let version = resource.gvr.group_version();
        let (tag, middle) = names(version);
        let namespaced = resource.is_namespaced();
        let namespace = "object name and auth scope, such as for teams and projects";
        Some(Self {
            resource,
            prefix: prefix(version),
            tag,
            middle,
            scope: if namespaced { "Namespaced" } else { "" },
            kind: resource.kind.kind(),
            object: type_of(&resource.kind)?,
            parameters: namespaced.then(|| Parameter::in_path("namespace", namespace)).into_iter().collect(),
        })
    }

    fn has(&self, verb: Verb) -> bool {
        self.resource.verbs.contains(verb)
    }

    /// `namespaces/{namespace}/leases`.
    fn collection_path(&self) -> String {
        let namespace = if self.resource.is_namespaced() { "namespaces/{namespace}/" } else { "" };
        format!("{namespace}{}", self.resource.gvr.resource())
    }

    fn id(&self, verb: &str, what: &str) -> String {
        format!("{verb}{}{what}", self.middle)
    }

    fn on(&self, action: &'static str, verb: &str, what: &str, description: &str) -> Operation {
        let id = self.id(verb, what);
        let mut operation = Operation::on(action, &self.resource.kind, self.tag.clone(), id, description);
        operation.parameters.extend(self.parameters.iter().cloned());
        operation
    }

    fn named(kind: &str, mut operation: Operation) -> Operation {
        operation.parameters.push(Parameter::in_path("name", format!("name of the {kind}")));
        operation
    }

    fn list_content(&self) -> Content {
        let list = self.resource.kind.group_version().clone().kind(self.resource.list_kind.clone());
        type_of(&list).unwrap_or(Content::Text)
    }

    fn list_description(&self) -> String {
        let watch = if self.has(Verb::Watch) { "list or watch" } else { "list" };
        format!("{watch} objects of kind {}", self.kind)
    }

    fn collection(&self, paths: &mut Paths) {
        let (kind, scope) = (self.kind, self.scope);
        let mut here = Vec::new();
        if self.has(Verb::List) {
            here.push(
                self.on("list", "list", &format!("{scope}{kind}"), &self.list_description()).of(self.list_content()),
            );
        }
        if self.has(Verb::Create) {
            let description = format!("create{}", with_article(kind));
            here.push(self.on("post", "create", &format!("{scope}{kind}"), &description).of(self.object.clone()));
        }
        if self.has(Verb::DeleteCollection) {
            let description = format!("delete collection of {kind}");
            let what = format!("Collection{scope}{kind}");
            here.push(self.on("deletecollection", "delete", &what, &description).of(STATUS));
        }
        paths.insert(format!("{}/{}", self.prefix, self.collection_path()), here);
        if self.has(Verb::List) && self.resource.is_namespaced() {
            let mut all = self.on("list", "list", &format!("{kind}ForAllNamespaces"), &self.list_description());
            all.parameters.retain(|parameter| !self.parameters.contains(parameter));
            paths
                .insert(format!("{}/{}", self.prefix, self.resource.gvr.resource()), vec![all.of(self.list_content())]);
        }
    }

    fn item(&self, paths: &mut Paths) {
        let kind = self.kind;
        let what = format!("{}{kind}", self.scope);
        let mut here = Vec::new();
        let actions = [
            (Verb::Get, "get", "read", format!("read the specified {kind}")),
            (Verb::Update, "put", "replace", format!("replace the specified {kind}")),
            (Verb::Delete, "delete", "delete", format!("delete{}", with_article(kind))),
            (Verb::Patch, "patch", "patch", format!("partially update the specified {kind}")),
        ];
        for (verb, action, name, description) in actions {
            if self.has(verb) {
                // A namespace that is deleted is answered with, since it is never gone at once; the real server's document does not know.
                let answered = self.resource.delete_returns_object && kind != "Namespace";
                let status = verb == Verb::Delete && !answered;
                let content = if status { STATUS } else { self.object.clone() };
                here.push(Self::named(kind, self.on(action, name, &what, &description).of(content)));
            }
        }
        if !here.is_empty() {
            paths.insert(format!("{}/{}/{{name}}", self.prefix, self.collection_path()), here);
        }
    }

    fn watches(&self, paths: &mut Paths) {
        if !self.has(Verb::Watch) {
            return;
        }
        let (kind, scope, prefix) = (self.kind, self.scope, &self.prefix);
        let list = || format!("watch individual changes to a list of {kind}. {DEPRECATED}.");
        let all = self.on("watchlist", "watch", &format!("{scope}{kind}List"), &list()).of(WATCH_EVENT);
        paths.insert(format!("{prefix}/watch/{}", self.collection_path()), vec![all]);
        let one = format!(
            "watch changes to an object of kind {kind}. {DEPRECATED}, filtered to a single item with the 'fieldSelector' parameter."
        );
        let one = Self::named(kind, self.on("watch", "watch", &format!("{scope}{kind}"), &one).of(WATCH_EVENT));
        paths.insert(format!("{prefix}/watch/{}/{{name}}", self.collection_path()), vec![one]);
        if self.resource.is_namespaced() {
            let mut everywhere =
                self.on("watchlist", "watch", &format!("{kind}ListForAllNamespaces"), &list()).of(WATCH_EVENT);
            everywhere.parameters.retain(|parameter| !self.parameters.contains(parameter));
            paths.insert(format!("{prefix}/watch/{}", self.resource.gvr.resource()), vec![everywhere]);
        }
    }

    fn subresource(&self, sub: &Subresource, paths: &mut Paths) {
        let kind = if sub.kind.version().is_empty() {
            self.resource.kind.group_version().clone().kind(sub.kind.kind().to_owned())
        } else {
            sub.kind.clone()
        };
        let path = format!("{}/{}/{{name}}/{}", self.prefix, self.collection_path(), sub.name);
        if kind.kind().ends_with("Options") {
            return self.connections(sub, &kind, &path, paths);
        }
        let Some(content) = type_of(&kind) else { return };
        let (name, parent) = (&sub.name, self.kind);
        let what = format!("{}{parent}{}", self.scope, title(name));
        let actions = [
            (Verb::Get, "get", "read", format!("read {name} of the specified {parent}")),
            (Verb::Update, "put", "replace", format!("replace {name} of the specified {parent}")),
            (Verb::Create, "post", "create", format!("create {name} of{}", with_article(parent))),
            (Verb::Patch, "patch", "patch", format!("partially update {name} of the specified {parent}")),
        ];
        let mut here = Vec::new();
        for (verb, action, verb_name, description) in actions {
            if !sub.verbs.contains(verb) {
                continue;
            }
            let id = self.id(verb_name, &what);
            let mut operation = Operation::on(action, &kind, self.tag.clone(), id, &description);
            operation.parameters.extend(self.parameters.iter().cloned());
            // The only text among the answers of resources.
            let operation = if name == "log" {
                operation.with_options("io.k8s.api.core.v1.PodLogOptions").with_text()
            } else {
                operation.of(content.clone())
            };
            here.push(Self::named(kind.kind(), operation));
        }
        paths.insert(path, here);
    }

    /// What is passed through to a pod, a service or a node: the methods are those of the protocol behind, not the API's.
    fn connections(&self, sub: &Subresource, kind: &Gvk, path: &str, paths: &mut Paths) {
        let Some(Content::Type(options)) = type_of(kind) else { return };
        let proxy = sub.verbs.contains(Verb::Delete);
        let methods: &[&'static str] =
            if proxy { &["get", "put", "post", "delete", "options", "head", "patch"] } else { &["get", "post"] };
        let forms: &[(&str, &str)] = if proxy { &[("", ""), ("/{path}", "WithPath")] } else { &[("", "")] };
        for (tail, suffix) in forms {
            let operation = |method: &&'static str| {
                let what = format!("{}{}{}{}{suffix}", title(method), self.scope, self.kind, title(&sub.name));
                let description =
                    format!("connect {} requests to {} of {}", method.to_uppercase(), sub.name, self.kind);
                let id = self.id("connect", &what);
                let mut operation =
                    Operation::connect(method, kind, self.tag.clone(), id, &description).with_options(options);
                operation.parameters.extend(self.parameters.iter().cloned());
                if !tail.is_empty() {
                    operation.parameters.push(Parameter::in_path("path", "path to the resource"));
                }
                Self::named(kind.kind(), operation)
            };
            paths.insert(format!("{path}{tail}"), methods.iter().map(operation).collect());
        }
    }
}
