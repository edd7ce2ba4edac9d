//! What is refused, in the words of a Kubernetes API server, and what only a strict reader holds against a text.

use std::borrow::Cow;

use super::{MAX_STRICT, Members, Strict, Writer};
use crate::protobuf::error::{Error, ErrorKind, PathStep, path_text};
use crate::protobuf::tape::{self, Node};
use crate::protobuf::text::Type;
use crate::table::{Field, FieldKind, Message, Shape};

impl Writer<'_, '_> {
    /// The text of an API server for a value that does not fit.
    pub(super) fn wrong_type(&self, node: Node, message: &'static Message, field: Option<&'static Field>) -> ErrorKind {
        let go_type = field.map_or_else(|| go_name(message), go_element);
        self.unfit(node, message, field, go_type)
    }

    /// The same for a value that is no list or map where one is wanted.
    pub(super) fn wrong_container(&self, node: Node, message: &'static Message, field: &'static Field) -> ErrorKind {
        let element = go_element(field);
        let go_type =
            if field.shape() == Shape::List { format!("[]{element}") } else { format!("map[string]{element}") };
        self.unfit(node, message, Some(field), go_type)
    }

    fn unfit(
        &self,
        node: Node,
        message: &'static Message,
        field: Option<&'static Field>,
        go_type: String,
    ) -> ErrorKind {
        let found: Cow<'_, str> = match node.kind {
            Type::Null => "null".into(),
            Type::True | Type::False => "bool".into(),
            Type::String => "string".into(),
            Type::Object => "object".into(),
            Type::Array => "array".into(),
            // Go shows the digits only where a number was wanted and this one does not fit.
            Type::Number => match field.map(Field::kind) {
                Some(FieldKind::Int32 | FieldKind::Int64 | FieldKind::Float64) => {
                    format!("number {}", self.number_text(node).unwrap_or_default()).into()
                }
                _ => "number".into(),
            },
        };
        ErrorKind::WrongType {
            found: found.into(),
            in_struct: message.short_name(),
            // Filled in by `located`, which knows the way.
            path: "".into(),
            go_type: go_type.into(),
        }
    }

    /// Turns the value's index, which errors carry as their offset, into offset and path.
    pub(super) fn located(&self, error: Error) -> Error {
        let Some(index) = error.offset().and_then(|index| u32::try_from(index).ok()) else { return error };
        let path = self.path(index);
        let offset = self.node(index).start as usize;
        let kind = match error.kind().clone() {
            ErrorKind::WrongType { found, in_struct, go_type, .. } => {
                let keys = path.iter().filter(|step| matches!(step, PathStep::Key(_)));
                ErrorKind::WrongType { found, in_struct, path: path_text(keys).into(), go_type }
            }
            other => other,
        };
        Error::new(kind, offset).with_path(path)
    }

    /// The way to a value or a key, found by descending once more.
    fn path(&self, target: u32) -> Vec<PathStep> {
        let mut path = Vec::new();
        let mut at = 0;
        'descend: loop {
            let node = self.node(at);
            match node.kind {
                Type::Object => {
                    for (key, value) in Members::of(self.tape, at) {
                        if target < self.node(value).next {
                            let name = tape::string_of(self.text, self.node(key));
                            path.push(PathStep::Key(String::from_utf8_lossy(&name).into()));
                            if target <= value {
                                return path;
                            }
                            at = value;
                            continue 'descend;
                        }
                    }
                    return path;
                }
                Type::Array => {
                    let (mut element, mut index) = (at + 1, 0);
                    while element < node.next && target >= self.node(element).next {
                        element = self.node(element).next;
                        index += 1;
                    }
                    if at == target || element >= node.next {
                        return path;
                    }
                    path.push(PathStep::Index(index));
                    if element == target {
                        return path;
                    }
                    at = element;
                }
                _ => return path,
            }
            if at == target {
                return path;
            }
        }
    }

    /// Notes what a strict reader holds against the key.
    pub(super) fn report(&mut self, key: u32, kind: fn(String) -> Strict) {
        if self.strict.as_ref().is_some_and(|strict| strict.len() < MAX_STRICT) {
            let path = path_text(self.path(key).iter());
            if let Some(strict) = self.strict.as_deref_mut() {
                strict.push(kind(path));
            }
        }
    }
}

/// A message's Go type: package and name.
fn go_name(message: &Message) -> String {
    let mut parts = message.name().rsplit('.');
    let (name, package) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    format!("{package}.{name}")
}

/// The Go type of what a field holds one or many of.
fn go_element(field: &Field) -> String {
    match field.kind() {
        FieldKind::Message => field.message().map(go_name).unwrap_or_default(),
        FieldKind::String => "string".into(),
        FieldKind::Bytes => "[]uint8".into(),
        FieldKind::Bool => "bool".into(),
        FieldKind::Int32 | FieldKind::IntOrString => "int32".into(),
        FieldKind::Int64 => "int64".into(),
        FieldKind::Float64 => "float64".into(),
        FieldKind::Time => "v1.Time".into(),
        FieldKind::MicroTime => "v1.MicroTime".into(),
        FieldKind::Quantity => "resource.Quantity".into(),
        FieldKind::RawExtension => "runtime.RawExtension".into(),
        FieldKind::FieldsV1 => "v1.FieldsV1".into(),
        FieldKind::Json => "v1.JSON".into(),
        FieldKind::SchemaOrArray => "v1.JSONSchemaPropsOrArray".into(),
        FieldKind::SchemaOrBool => "v1.JSONSchemaPropsOrBool".into(),
        FieldKind::SchemaOrStringArray => "v1.JSONSchemaPropsOrStringArray".into(),
        FieldKind::Interface => "interface {}".into(),
    }
}
