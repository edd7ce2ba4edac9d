//! What is known of Kubernetes' built-in kinds: per message its fields with their protobuf numbers, JSON names, kinds and
//! the many small rules by which Go writes them.
//!
//! # Promises
//!
//! * One table, [`Table::builtin`], read once per process from 130 KB that are compiled in; it knows every kind of the
//!   Kubernetes version it names, deprecated and alpha ones too, whatever k8s-openapi version the program was built with.
//! * Descriptions are those of Kubernetes' OpenAPI documents; kinds that a current server no longer serves have none.
//! * A message's [`fields`](Message::fields) are what its JSON holds, in the order in which Go writes them: what Go inlines
//!   stands where it would be written.
//!
//! # Cost
//!
//! Building takes about a millisecond, once, and keeps some 400 KB. After that look-ups allocate nothing and
//! take no lock; everything is `'static`. Descriptions are kept packed until the first of them is asked for; from then on they
//! keep a megabyte more.

mod descriptions;
mod field;
mod kinds;
mod load;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

pub(crate) use self::field::{Absent, MAX_FIELDS, PlainZero};
pub use self::field::{Field, FieldKind, ListType, PatchStrategy, Shape};
pub use self::kinds::KindEntry;

const BUILTIN: &[u8] = include_bytes!("../../data/table.bin");

/// All built-in kinds and the messages they are made of.
///
/// ```
/// use lookglass_object::table::Table;
///
/// let table = Table::builtin();
/// let pod = table.kind("", "v1", "Pod").expect("a built-in kind");
/// assert_eq!(pod.message().name(), "io.k8s.api.core.v1.Pod");
/// let spec = pod.message().field("spec").and_then(|spec| spec.message()).expect("a message");
/// let containers = spec.field("containers").expect("a field");
/// assert_eq!((containers.number(), containers.merge_key()), (2, Some("name")));
/// ```
#[derive(Debug)]
pub struct Table {
    version: &'static str,
    strings: Vec<&'static str>,
    messages: Vec<Message>,
    /// Sorted by kind, group, version.
    kinds: Vec<KindEntry>,
    /// Sorted by kind.
    meta_kinds: Vec<KindEntry>,
    /// The message that the `JSONSchemaPropsOr...` forms hold.
    schema_props: u16,
}

impl Table {
    /// The table of the built-in kinds.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static TABLE: OnceLock<Table> = OnceLock::new();
        TABLE.get_or_init(|| load::table(BUILTIN).expect("the compiled-in table is read whole by this crate's tests"))
    }

    /// The Kubernetes minor that the table describes, such as `1.36`.
    #[must_use]
    pub fn version(&self) -> &'static str {
        self.version
    }

    /// Every message.
    #[must_use]
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// The message of an OpenAPI-like name, such as `io.k8s.api.core.v1.PodSpec`. A linear search, for tools.
    #[must_use]
    pub fn message(&self, name: &str) -> Option<&Message> {
        self.messages.iter().find(|message| message.name == name)
    }

    /// What Kubernetes' documentation says of a type, be it a message or one of those with forms of their own, such as
    /// `io.k8s.apimachinery.pkg.apis.meta.v1.Time`.
    #[must_use]
    pub fn description(&self, type_name: &str) -> Option<&'static str> {
        descriptions::of(type_name, "")
    }

    /// Every kind, except those of `meta/v1` that every group has.
    #[must_use]
    pub fn kinds(&self) -> &[KindEntry] {
        &self.kinds
    }

    /// The kinds of `meta/v1` that are registered under every group and version, such as `DeleteOptions` and `Status`.
    #[must_use]
    pub fn meta_kinds(&self) -> &[KindEntry] {
        &self.meta_kinds
    }

    /// A built-in kind, or one of `meta/v1`'s kinds under any group and version.
    #[must_use]
    pub fn kind(&self, group: &str, version: &str, kind: &str) -> Option<&KindEntry> {
        let found = self.kinds.binary_search_by(|entry| entry.order().cmp(&(kind, group, version)));
        match found {
            Ok(index) => self.kinds.get(index),
            Err(_) => self.meta_kinds.iter().find(|entry| entry.kind() == kind),
        }
    }

    /// As [`kind`](Self::kind), with group and version as objects write them: `v1`, `apps/v1`.
    #[must_use]
    pub fn kind_of(&self, api_version: &str, kind: &str) -> Option<&KindEntry> {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        self.kind(group, version, kind)
    }

    pub(crate) fn message_at(&self, id: u16) -> &Message {
        &self.messages[usize::from(id)]
    }

    pub(crate) fn schema_props(&self) -> &Message {
        self.message_at(self.schema_props)
    }
}

/// One struct of the Kubernetes API.
#[derive(Debug)]
pub struct Message {
    name: &'static str,
    no_protobuf: bool,
    wrapper: bool,
    atomic: bool,
    type_meta: bool,
    /// In JSON order, inlined ones in place.
    fields: Box<[Field]>,
    /// Open addressing by [`name_hash`]: index + 1 into `fields`.
    names: Box<[u8]>,
    /// The message itself, then the messages that are inlined into it, however deep.
    frames: Box<[Frame]>,
    /// The bits of the fields that Go's JSON holds even when protobuf does not.
    always: u64,
    /// In the order of their numbers, the fields come in JSON's order.
    ordered: bool,
}

/// One nested protobuf message whose fields are among the JSON fields of a [`Message`].
#[derive(Debug)]
pub(crate) struct Frame {
    /// What stands under a field number.
    by_number: Box<[Slot]>,
    /// The same in descending order of numbers, in which encoders write backwards.
    pub(crate) descending: Box<[(u32, Slot)]>,
}

/// What a field number of a [`Frame`] stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    Unknown,
    /// An index into [`Message::fields`].
    Field(u8),
    /// An index into [`Message::frames`]: the field is inlined in JSON.
    Frame(u8),
}

impl Frame {
    #[inline]
    pub(crate) fn slot(&self, number: u32) -> Slot {
        self.by_number.get(number as usize).copied().unwrap_or(Slot::Unknown)
    }
}

impl Message {
    /// The name as OpenAPI writes it, such as `io.k8s.api.core.v1.PodSpec`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The Go type's name without its package, such as `PodSpec`; error texts of a Kubernetes API server use it.
    #[must_use]
    pub fn short_name(&self) -> &'static str {
        self.name.rsplit('.').next().unwrap_or(self.name)
    }

    /// What Kubernetes' documentation says of it.
    #[must_use]
    pub fn description(&self) -> Option<&'static str> {
        descriptions::of(self.name, "")
    }

    /// What its JSON may hold, in the order in which Go writes it.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The field that JSON knows by this name; case matters.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.field_index(name.as_bytes()).map(|index| &self.fields[index])
    }

    /// Whether Go can write it as protobuf.
    #[must_use]
    pub fn has_protobuf(&self) -> bool {
        !self.no_protobuf
    }

    /// Whether its JSON is the bare list of its only field.
    #[must_use]
    pub fn is_wrapper(&self) -> bool {
        self.wrapper
    }

    /// Whether server-side apply owns the struct as one value (`x-kubernetes-map-type: atomic`).
    #[must_use]
    pub fn is_atomic(&self) -> bool {
        self.atomic
    }

    /// Whether its JSON begins with `kind` and `apiVersion`.
    #[must_use]
    pub fn has_type_meta(&self) -> bool {
        self.type_meta
    }

    /// The bits of the fields that Go's JSON holds even when protobuf does not.
    pub(crate) fn always(&self) -> u64 {
        self.always
    }

    /// Whether the fields in the order of their numbers come in JSON's order, so that JSON can be written as they are read.
    pub(crate) fn is_ordered(&self) -> bool {
        self.ordered
    }

    pub(crate) fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// The index of the field that JSON knows by this name.
    #[inline]
    pub(crate) fn field_index(&self, name: &[u8]) -> Option<usize> {
        let mask = self.names.len() - 1;
        let mut at = name_hash(name) & mask;
        loop {
            let index = usize::from(self.names[at]).checked_sub(1)?;
            if self.fields[index].name().as_bytes() == name {
                return Some(index);
            }
            at = (at + 1) & mask;
        }
    }
}

/// Cheap and good enough for at most some forty known names per message; strangers only cost a few comparisons, because
/// the names in the table are not the sender's choice.
fn name_hash(name: &[u8]) -> usize {
    let byte = |index: usize| usize::from(name.get(index).copied().unwrap_or(0));
    let length = name.len();
    length
        .wrapping_mul(7)
        .wrapping_add(byte(0).wrapping_mul(31))
        .wrapping_add(byte(length / 2).wrapping_mul(101))
        .wrapping_add(byte(length.saturating_sub(1)).wrapping_mul(59))
        .wrapping_add(byte(length.saturating_sub(3)).wrapping_mul(17))
}
