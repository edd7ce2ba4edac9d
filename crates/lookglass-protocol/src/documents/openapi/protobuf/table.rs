//! Which member of which object is which field. Names and numbers are those of gnostic's `OpenAPIv3.proto`.

use Kind::{Any, Bool, Choice, Default, Each, Inside, OrReference, Text};
use Members::{Named, Starting};

/// The fields of a message, by number.
pub(super) type Message = &'static [Field];

pub(super) struct Field(pub(super) u32, pub(super) Members, pub(super) Kind);

/// What of an object belongs into a field.
pub(super) enum Members {
    Named(&'static str),
    /// All whose names begin so, as pairs of name and value.
    Starting(&'static str),
}

pub(super) enum Kind {
    Text,
    Bool,
    /// Any value, as YAML.
    Any,
    /// A message with one field for each kind of scalar.
    Default,
    Message(Message),
    Each(&'static Self),
    /// A message whose first field is the value itself.
    Inside(&'static Self),
    /// As `Inside`, but with a second field for a boolean.
    Choice(&'static Self),
    /// A message of either this message or, where there is a `$ref`, a reference.
    OrReference(Message),
}

const fn named(number: u32, name: &'static str, kind: Kind) -> Field {
    Field(number, Named(name), kind)
}

const fn map(number: u32, prefix: &'static str, kind: Kind) -> Field {
    Field(number, Starting(prefix), kind)
}

const fn extensions(number: u32) -> Field {
    map(number, "x-", Any)
}

pub(super) static DOCUMENT: Message = &[
    named(1, "openapi", Text),
    named(2, "info", Kind::Message(INFO)),
    named(4, "paths", Kind::Message(&[map(1, "/", Kind::Message(PATH_ITEM)), extensions(2)])),
    named(5, "components", Kind::Message(COMPONENTS)),
    named(6, "security", Each(&Kind::Message(&[map(1, "", Inside(&Each(&Text)))]))),
    extensions(9),
];

const INFO: Message = &[
    named(1, "title", Text),
    named(2, "description", Text),
    named(3, "termsOfService", Text),
    named(6, "version", Text),
    extensions(7),
    named(8, "summary", Text),
];

const COMPONENTS: Message = &[
    named(1, "schemas", SCHEMAS),
    named(2, "responses", Kind::Message(&[map(1, "", OrReference(RESPONSE))])),
    named(3, "parameters", Kind::Message(&[map(1, "", OrReference(PARAMETER))])),
    named(5, "requestBodies", Kind::Message(&[map(1, "", OrReference(REQUEST_BODY))])),
    named(7, "securitySchemes", Kind::Message(&[map(1, "", OrReference(SECURITY_SCHEME))])),
    extensions(10),
];

const SCHEMAS: Kind = Kind::Message(&[map(1, "", OrReference(&SCHEMA))]);

const PATH_ITEM: Message = &[
    named(1, "$ref", Text),
    named(2, "summary", Text),
    named(3, "description", Text),
    named(4, "get", Kind::Message(OPERATION)),
    named(5, "put", Kind::Message(OPERATION)),
    named(6, "post", Kind::Message(OPERATION)),
    named(7, "delete", Kind::Message(OPERATION)),
    named(8, "options", Kind::Message(OPERATION)),
    named(9, "head", Kind::Message(OPERATION)),
    named(10, "patch", Kind::Message(OPERATION)),
    named(11, "trace", Kind::Message(OPERATION)),
    named(13, "parameters", Each(&OrReference(PARAMETER))),
    extensions(14),
];

const OPERATION: Message = &[
    named(1, "tags", Each(&Text)),
    named(2, "summary", Text),
    named(3, "description", Text),
    named(5, "operationId", Text),
    named(6, "parameters", Each(&OrReference(PARAMETER))),
    named(7, "requestBody", OrReference(REQUEST_BODY)),
    named(8, "responses", Kind::Message(RESPONSES)),
    named(10, "deprecated", Bool),
    extensions(13),
];

/// Codes begin with a digit below six.
const RESPONSES: Message = &[
    named(1, "default", OrReference(RESPONSE)),
    map(2, "1", OrReference(RESPONSE)),
    map(2, "2", OrReference(RESPONSE)),
    map(2, "3", OrReference(RESPONSE)),
    map(2, "4", OrReference(RESPONSE)),
    map(2, "5", OrReference(RESPONSE)),
    extensions(3),
];

const RESPONSE: Message = &[named(1, "description", Text), named(3, "content", CONTENT), extensions(5)];

const REQUEST_BODY: Message =
    &[named(1, "description", Text), named(2, "content", CONTENT), named(3, "required", Bool), extensions(4)];

const CONTENT: Kind = Kind::Message(&[map(1, "", Kind::Message(MEDIA_TYPE))]);

const MEDIA_TYPE: Message = &[named(1, "schema", OrReference(&SCHEMA)), extensions(5)];

const PARAMETER: Message = &[
    named(1, "name", Text),
    named(2, "in", Text),
    named(3, "description", Text),
    named(4, "required", Bool),
    named(5, "deprecated", Bool),
    named(6, "allowEmptyValue", Bool),
    named(7, "style", Text),
    named(8, "explode", Bool),
    named(9, "allowReserved", Bool),
    named(10, "schema", OrReference(&SCHEMA)),
    named(13, "content", CONTENT),
    extensions(14),
];

const SECURITY_SCHEME: Message = &[
    named(1, "type", Text),
    named(2, "description", Text),
    named(3, "name", Text),
    named(4, "in", Text),
    named(5, "scheme", Text),
    named(6, "bearerFormat", Text),
    named(8, "openIdConnectUrl", Text),
    extensions(9),
];

pub(super) const REFERENCE: Message =
    &[named(1, "$ref", Text), named(2, "summary", Text), named(3, "description", Text)];

static SCHEMA: [Field; 21] = [
    named(1, "nullable", Bool),
    named(3, "readOnly", Bool),
    named(4, "writeOnly", Bool),
    named(7, "example", Any),
    named(8, "deprecated", Bool),
    named(9, "title", Text),
    named(17, "pattern", Text),
    named(20, "uniqueItems", Bool),
    named(23, "required", Each(&Text)),
    named(24, "enum", Each(&Any)),
    named(25, "type", Text),
    named(26, "allOf", Each(&OrReference(&SCHEMA))),
    named(27, "oneOf", Each(&OrReference(&SCHEMA))),
    named(28, "anyOf", Each(&OrReference(&SCHEMA))),
    named(30, "items", Inside(&OrReference(&SCHEMA))),
    named(31, "properties", Kind::Message(&[map(1, "", OrReference(&SCHEMA))])),
    named(32, "additionalProperties", Choice(&OrReference(&SCHEMA))),
    named(33, "default", Default),
    named(34, "description", Text),
    named(35, "format", Text),
    extensions(36),
];
