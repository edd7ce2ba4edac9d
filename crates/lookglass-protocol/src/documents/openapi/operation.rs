//! One operation of a path: [`Operation`].

use std::borrow::Cow;

use lookglass_object::{
    Gvk,
    table::{FieldKind, Shape},
};

use super::{
    facts::Facts,
    schema::reference,
    tree::{Tree, object},
};

pub(super) const PLAIN: &[&str] = &["application/json", "application/vnd.kubernetes.protobuf", "application/yaml"];

const STREAMS: &[&str] = &[
    "application/json",
    "application/json;stream=watch",
    "application/vnd.kubernetes.protobuf",
    "application/vnd.kubernetes.protobuf;stream=watch",
    "application/yaml",
];

const PATCHES: [&str; 4] = [
    "application/apply-patch+yaml",
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
];

const META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1";

/// A parameter of a path or of a query.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Parameter {
    name: Cow<'static, str>,
    place: &'static str,
    description: Cow<'static, str>,
    kind: &'static str,
}

impl Parameter {
    pub(super) fn in_path(name: &'static str, description: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), place: "path", description: description.into(), kind: "string" }
    }

    fn pretty() -> Self {
        let description = "If 'true', then the output is pretty printed. Defaults to 'false' unless the user-agent indicates a browser \
                           or command-line HTTP tool (curl and wget).";
        Self { name: "pretty".into(), place: "query", description: description.into(), kind: "string" }
    }

    /// The fields of an options type that fit in a query.
    fn of_type(name: &str) -> Vec<Self> {
        let facts = Facts::get();
        let fields = facts.message(name).map(lookglass_object::table::Message::fields).unwrap_or_default();
        let said = facts.of(name);
        let parameter = |field: &lookglass_object::table::Field| {
            let kind = match field.kind() {
                FieldKind::String => "string",
                FieldKind::Bool => "boolean",
                FieldKind::Int32 | FieldKind::Int64 => "integer",
                _ => return None,
            };
            if field.is_type_meta() || field.shape() == Shape::Map {
                return None;
            }
            let other = said.and_then(|said| said.fields.get(field.name())?.description.clone());
            let description = other.map_or_else(|| field.description().unwrap_or_default().into(), Cow::Owned);
            Some(Self { name: field.name().into(), place: "query", description, kind })
        };
        fields.iter().filter_map(parameter).collect()
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// In the words of version 2.
    pub(super) fn plain_tree(&self) -> Tree {
        let mut out = vec![
            ("uniqueItems".into(), Tree::Bool(true)),
            ("type".into(), self.kind.into()),
            ("description".into(), Tree::Text(self.description.clone())),
            ("name".into(), Tree::Text(self.name.clone())),
            ("in".into(), self.place.into()),
        ];
        if self.place == "path" {
            out.push(("required".into(), Tree::Bool(true)));
        }
        Tree::Object(out)
    }

    pub(super) fn tree(&self) -> Tree {
        let mut out = vec![
            ("name".into(), Tree::Text(self.name.clone())),
            ("in".into(), self.place.into()),
            ("description".into(), Tree::Text(self.description.clone())),
        ];
        if self.place == "path" {
            out.push(("required".into(), Tree::Bool(true)));
        }
        out.push(("schema".into(), object([("type", self.kind.into()), ("uniqueItems", Tree::Bool(true))])));
        Tree::Object(out)
    }
}

/// What an answer holds.
#[derive(Debug, Clone)]
pub(super) enum Content {
    Type(&'static str),
    Text,
}

/// What can be done at a path.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) method: &'static str,
    pub(super) tag: Cow<'static, str>,
    pub(super) description: String,
    pub(super) id: String,
    pub(super) parameters: Vec<Parameter>,
    /// Media types, the type and whether it must be there.
    pub(super) body: Option<(Vec<&'static str>, &'static str, bool)>,
    pub(super) codes: &'static [(&'static str, &'static str)],
    pub(super) media: &'static [&'static str],
    pub(super) content: Content,
    pub(super) action: Option<(&'static str, Gvk)>,
}

const OK: &[(&str, &str)] = &[("200", "OK")];
const ACCEPTED: &[(&str, &str)] = &[("200", "OK"), ("202", "Accepted")];
const WRITTEN: &[(&str, &str)] = &[("200", "OK"), ("201", "Created")];
const CREATED: &[(&str, &str)] = &[("200", "OK"), ("201", "Created"), ("202", "Accepted")];

impl Operation {
    /// A `GET` of something that is no resource's.
    pub(super) fn get(
        tag: impl Into<Cow<'static, str>>,
        id: impl Into<String>,
        description: &str,
        media: &'static [&'static str],
        content: Content,
    ) -> Self {
        Self {
            method: "get",
            tag: tag.into(),
            description: description.to_owned(),
            id: id.into(),
            parameters: Vec::new(),
            body: None,
            codes: OK,
            media,
            content,
            action: None,
        }
    }

    /// An operation on a resource, as yet without an answer that fits; `action` is the name of its verb in the real server.
    pub(super) fn on(action: &'static str, kind: &Gvk, tag: String, id: String, description: &str) -> Self {
        let method = match action {
            "put" => "put",
            "post" => "post",
            "delete" | "deletecollection" => "delete",
            "patch" => "patch",
            _ => "get",
        };
        let mut operation = Self::get(tag, id, description, PLAIN, Content::Text);
        operation.method = method;
        operation.action = Some((action, kind.clone()));
        operation.parameters.push(Parameter::pretty());
        let options: &[&str] = match action {
            "list" | "watch" | "watchlist" => &["ListOptions"],
            "deletecollection" => &["DeleteOptions", "ListOptions"],
            "post" => &["CreateOptions"],
            "put" => &["UpdateOptions"],
            "patch" => &["PatchOptions"],
            "delete" => &["DeleteOptions"],
            _ => &[],
        };
        for options in options {
            operation.parameters.extend(Parameter::of_type(&format!("{META}.{options}")));
        }
        if action == "deletecollection" {
            operation.parameters.retain(|it| !matches!(&*it.name, "watch" | "allowWatchBookmarks"));
        }
        operation.codes = match action {
            "post" => CREATED,
            "put" | "patch" => WRITTEN,
            "delete" => ACCEPTED,
            _ => OK,
        };
        if matches!(action, "list" | "watch" | "watchlist") {
            operation.media = STREAMS;
        }
        match action {
            "patch" => {
                operation.body = Some((PATCHES.to_vec(), "io.k8s.apimachinery.pkg.apis.meta.v1.Patch", true));
            }
            "delete" | "deletecollection" => {
                operation.body = Some((vec!["*/*"], "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions", false));
            }
            _ => {}
        }
        operation
    }

    /// The same, whose answer holds this, and whose body too where it has one of the resource's own.
    pub(super) fn of(mut self, content: Content) -> Self {
        if let (Content::Type(name), Some(("post" | "put", _))) = (&content, &self.action) {
            self.body = Some((vec!["*/*"], name, true));
        }
        self.content = content;
        self
    }

    /// A connection through the server to something else, by this method.
    pub(super) fn connect(method: &'static str, kind: &Gvk, tag: String, id: String, description: &str) -> Self {
        let mut operation = Self::get(tag, id, description, &["*/*"], Content::Text);
        operation.method = method;
        operation.action = Some(("connect", kind.clone()));
        operation
    }

    /// The same with the options of a type in the query.
    pub(super) fn with_options(mut self, type_name: &str) -> Self {
        self.parameters.extend(Parameter::of_type(type_name));
        self
    }

    /// The same, which may also answer with plain text.
    pub(super) fn with_text(mut self) -> Self {
        self.media = &["application/json", "application/vnd.kubernetes.protobuf", "application/yaml", "text/plain"];
        self
    }

    /// The types it speaks of.
    pub(super) fn types(&self) -> impl Iterator<Item = &'static str> {
        let content = match self.content {
            Content::Type(name) => Some(name),
            Content::Text => None,
        };
        content.into_iter().chain(self.body.as_ref().map(|(_, name, _)| *name))
    }

    /// The operation as its path has it, without the parameters that the path says for all.
    pub(super) fn tree(&self, common: &[Parameter]) -> Tree {
        let mut out: Vec<(Cow<'static, str>, Tree)> = vec![
            ("tags".into(), Tree::List(vec![Tree::Text(self.tag.clone())])),
            ("description".into(), self.description.clone().into()),
            ("operationId".into(), self.id.clone().into()),
        ];
        let own: Vec<_> = self.parameters.iter().filter(|it| !common.contains(it)).map(Parameter::tree).collect();
        if !own.is_empty() {
            out.push(("parameters".into(), Tree::List(own)));
        }
        if let Some((media, name, required)) = &self.body {
            let media = media.iter().map(|media| ((*media).into(), object([("schema", reference(name))])));
            let mut body = vec![("content".into(), Tree::Object(media.collect()))];
            if *required {
                body.push(("required".into(), Tree::Bool(true)));
            }
            out.push(("requestBody".into(), Tree::Object(body)));
        }
        let answer = |description: &'static str| {
            let schema = || match self.content {
                Content::Type(name) => reference(name),
                Content::Text => object([("type", "string".into())]),
            };
            let media = self.media.iter().map(|media| ((*media).into(), object([("schema", schema())])));
            object([("description", description.into()), ("content", Tree::Object(media.collect()))])
        };
        let mut answers: Vec<_> =
            self.codes.iter().map(|(code, description)| ((*code).into(), answer(description))).collect();
        answers.push(("401".into(), object([("description", "Unauthorized".into())])));
        out.push(("responses".into(), Tree::Object(answers)));
        if let Some((action, kind)) = &self.action {
            out.push(("x-kubernetes-action".into(), (*action).into()));
            let kind = object([
                ("group", kind.group().to_owned().into()),
                ("version", kind.version().to_owned().into()),
                ("kind", kind.kind().to_owned().into()),
            ]);
            out.push(("x-kubernetes-group-version-kind".into(), kind));
        }
        Tree::Object(out)
    }
}
