//! One field of a message.

use super::{Message, Table, descriptions};

/// What a field holds, as Go declares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldKind {
    /// A struct of the table: [`Field::message`].
    Message,
    /// Text.
    String,
    /// Bytes; base64 in JSON.
    Bytes,
    /// A truth value.
    Bool,
    /// A number of 32 bits.
    Int32,
    /// A number of 64 bits.
    Int64,
    /// A double.
    Float64,
    /// `metav1.Time`: whole seconds.
    Time,
    /// `metav1.MicroTime`: whole microseconds.
    MicroTime,
    /// `resource.Quantity`.
    Quantity,
    /// `intstr.IntOrString`.
    IntOrString,
    /// `runtime.RawExtension`: any object.
    RawExtension,
    /// `metav1.FieldsV1`: the JSON of managed fields.
    FieldsV1,
    /// `apiextensions.JSON`: any JSON.
    Json,
    /// `apiextensions.JSONSchemaPropsOrArray`.
    SchemaOrArray,
    /// `apiextensions.JSONSchemaPropsOrBool`.
    SchemaOrBool,
    /// `apiextensions.JSONSchemaPropsOrStringArray`.
    SchemaOrStringArray,
    /// A Go `interface{}`, only in kinds without protobuf.
    Interface,
}

/// How many values a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "Go's API types have no other shapes")]
pub enum Shape {
    /// A plain value, which is always there.
    One,
    /// A pointer: there or not.
    Pointer,
    /// A list.
    List,
    /// A map with string keys.
    Map,
}

/// How a strategic merge patch treats a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "strategic merge patch is frozen")]
pub enum PatchStrategy {
    /// Nothing is said: structs and maps merge, all else is replaced.
    Unset,
    /// Lists merge by [`Field::merge_key`], or as sets.
    Merge,
    /// The value is replaced.
    Replace,
    /// Keys that the patch does not name are dropped.
    RetainKeys,
    /// Both.
    MergeRetainKeys,
}

/// How server-side apply treats a list or map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the Kubernetes API conventions have no others")]
pub enum ListType {
    /// Nothing is said: lists are atomic, maps and structs granular.
    Unset,
    /// One value with one owner.
    Atomic,
    /// A set of scalars.
    Set,
    /// A list of structs known by [`Field::map_keys`].
    Map,
}

/// What Go's JSON holds when protobuf has no value for a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absent {
    /// Nothing.
    Omitted,
    /// `null`.
    Null,
    /// The kind's zero value.
    Zero,
}

/// What Go's protobuf holds when JSON has no value for a field, and whether JSON drops it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlainZero {
    /// Zero is written to protobuf and kept in JSON.
    Kept,
    /// Zero is written to protobuf and dropped in JSON.
    DroppedInJson,
    /// Nothing is written for what is not there; what is there is kept.
    NotWritten,
    /// Nothing is written for what is not there; what is there and empty is dropped in JSON.
    NotWrittenDropped,
}

const OMIT_EMPTY: u8 = 4;
const OMIT_ZERO: u8 = 8;

/// One field of a [`Message`].
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// `,"name":`, as JSON wants it.
    pub(super) key: &'static str,
    pub(super) number: u16,
    /// The message among whose fields it stands.
    pub(super) owner: u16,
    pub(super) message: u16,
    pub(super) merge_key: u16,
    pub(super) map_keys: u16,
    pub(super) kind: FieldKind,
    pub(super) shape: Shape,
    pub(super) flags: u8,
    pub(super) strategy: PatchStrategy,
    pub(super) list_type: ListType,
    pub(super) type_meta: bool,
    /// A list whose elements protobuf may pack into one value.
    pub(super) packs: bool,
    pub(super) absent: Absent,
    pub(super) zero: PlainZero,
}

impl Field {
    /// The name in JSON.
    #[must_use]
    #[inline]
    pub fn name(&self) -> &'static str {
        &self.key[2..self.key.len() - 2]
    }

    /// The protobuf number in the message that holds it, or zero when it has none.
    #[must_use]
    #[inline]
    pub fn number(&self) -> u32 {
        u32::from(self.number)
    }

    /// What it holds.
    #[must_use]
    #[inline]
    pub fn kind(&self) -> FieldKind {
        self.kind
    }

    /// What Kubernetes' documentation says of it.
    ///
    /// ```
    /// use lookglass_object::table::Table;
    ///
    /// let spec = Table::builtin().message("io.k8s.api.core.v1.PodSpec").expect("a built-in message");
    /// let node = spec.field("nodeName").expect("a field");
    /// assert!(node.description().is_some_and(|text| text.starts_with("NodeName indicates in which node")));
    /// ```
    #[must_use]
    pub fn description(&self) -> Option<&'static str> {
        descriptions::of(Table::builtin().message_at(self.owner).name, self.name())
    }

    /// How many of them, and whether Go holds the value itself or a pointer. A value is never absent in Go: unless it
    /// [`omits_empty`](Self::omits_empty), OpenAPI documents name its zero as the default.
    #[must_use]
    #[inline]
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The struct it holds, if it holds one.
    #[must_use]
    pub fn message(&self) -> Option<&'static Message> {
        (self.kind == FieldKind::Message).then(|| Table::builtin().message_at(self.message))
    }

    /// Whether JSON leaves out an empty value (Go's `omitempty`; it does nothing for plain structs).
    #[must_use]
    pub fn omits_empty(&self) -> bool {
        self.flags & OMIT_EMPTY != 0
    }

    /// Whether JSON leaves out a zero struct (Go's `omitzero`).
    #[must_use]
    pub fn omits_zero(&self) -> bool {
        self.flags & OMIT_ZERO != 0
    }

    /// How a strategic merge patch treats it.
    #[must_use]
    pub fn patch_strategy(&self) -> PatchStrategy {
        self.strategy
    }

    /// The key by which a strategic merge patch merges the elements of a list.
    #[must_use]
    pub fn merge_key(&self) -> Option<&'static str> {
        Some(Table::builtin().strings[usize::from(self.merge_key)]).filter(|key| !key.is_empty())
    }

    /// How server-side apply treats it.
    #[must_use]
    pub fn list_type(&self) -> ListType {
        self.list_type
    }

    /// The keys by which server-side apply knows the elements of a [`ListType::Map`].
    pub fn map_keys(&self) -> impl Iterator<Item = &'static str> {
        Table::builtin().strings[usize::from(self.map_keys)].split(',').filter(|key| !key.is_empty())
    }

    /// Whether it is `kind` or `apiVersion`, which protobuf keeps in the envelope.
    #[must_use]
    pub fn is_type_meta(&self) -> bool {
        self.type_meta
    }

    /// `,"name":`.
    #[inline]
    pub(crate) fn key(&self) -> &'static str {
        self.key
    }

    #[inline]
    pub(crate) fn absent(&self) -> Absent {
        self.absent
    }

    #[inline]
    pub(crate) fn zero(&self) -> PlainZero {
        self.zero
    }

    /// Whether it is a list whose elements protobuf may pack into one value.
    #[inline]
    pub(crate) fn packs(&self) -> bool {
        self.packs
    }

    #[inline]
    pub(crate) fn message_id(&self) -> u16 {
        self.message
    }

    /// Works out the rules above from Go's declaration.
    pub(super) fn settle(&mut self, wrapper: bool) {
        use FieldKind::{Bool, Bytes, Float64, Int32, Int64, String};
        let omits = self.omits_empty();
        self.packs = self.shape == Shape::List && matches!(self.kind, Bool | Int32 | Int64 | Float64);
        let scalar = matches!(self.kind, String | Bool | Int32 | Int64 | Float64);
        // A slice in Go, nil when it is not there.
        let slice = self.kind == Bytes || wrapper;
        (self.absent, self.zero) = match self.shape {
            Shape::One if self.omits_zero() => (Absent::Omitted, PlainZero::DroppedInJson),
            Shape::One if scalar && omits => (Absent::Omitted, PlainZero::DroppedInJson),
            Shape::One if slice && omits => (Absent::Omitted, PlainZero::NotWrittenDropped),
            Shape::One if slice => (Absent::Null, PlainZero::NotWritten),
            Shape::One => (Absent::Zero, PlainZero::Kept),
            Shape::Pointer | Shape::List | Shape::Map if omits => (Absent::Omitted, PlainZero::NotWritten),
            Shape::Pointer | Shape::List | Shape::Map => (Absent::Null, PlainZero::NotWritten),
        };
    }
}

/// More fields than any message has, inlined ones included: sets of fields are the bits of one `u64`.
pub(crate) const MAX_FIELDS: usize = 64;
