//! The objects of one kind in one encoding, ready to be sent.

use std::ops::Range;

use bytes::Bytes;
use lookglass_object::{
    Encoding,
    protobuf::{MAGIC, Zeros, from_json, write_envelope, write_watch_event},
    table::Table,
    wire::{WireType, put_bytes, put_number, put_tag, put_varint},
};
use memchr::memmem;

use crate::fleet::{Encoded, Kind, SENT_BLANK};

/// How many digits a version has.
const VERSION_DIGITS: usize = 10;

/// Lists are slices of one text, so items stand in it as they stand in a list: with commas, or with their field's head.
pub(super) struct Prepared {
    kind: Kind,
    encoding: Encoding,
    api_version: String,
    kind_name: String,
    /// What an object by itself begins with in JSON.
    open: Vec<u8>,
    bytes: Bytes,
    items: Vec<Item>,
}

struct Item {
    /// Where its head begins.
    head: usize,
    range: Range<usize>,
    /// Where, within the item, the digits stand.
    version: usize,
    sent: usize,
}

/// What a list says of itself.
pub(super) struct ListMeta {
    pub(super) version: u64,
    pub(super) token: Option<usize>,
    pub(super) remaining: usize,
}

impl Prepared {
    /// Prepares objects in the order in which lists are to have them.
    pub(super) fn new<'o>(kind: Kind, encoding: Encoding, objects: impl Iterator<Item = &'o Encoded>) -> Option<Self> {
        let mut bytes = Vec::new();
        let mut items = Vec::new();
        let gvk = kind.gvk();
        let (api_version, kind_name) = (gvk.api_version().into_owned(), gvk.kind().to_owned());
        // Items of built-in kinds do not say what they are; custom resources do, in lists as well.
        let open = if kind.message().is_some() {
            format!(r#"{{"kind":"{kind_name}","apiVersion":"{api_version}","#).into_bytes()
        } else {
            b"{".to_vec()
        };
        for object in objects {
            let head = bytes.len();
            let from = match encoding {
                Encoding::Json => {
                    if !items.is_empty() {
                        bytes.push(b',');
                    }
                    let from = bytes.len();
                    bytes.push(b'{');
                    bytes.extend_from_slice(object.json.strip_prefix(&*open)?);
                    from
                }
                Encoding::Protobuf => {
                    let object = object.protobuf.as_ref()?;
                    put_bytes(&mut bytes, 2, object);
                    bytes.len() - object.len()
                }
            };
            let item = &bytes[from..];
            let before: &[u8] = if encoding == Encoding::Json { b"\"resourceVersion\":\"" } else { b"\x32\x0a" };
            let version = memmem::find_iter(item, before)
                .map(|at| at + before.len())
                .find(|at| item.get(*at..at + VERSION_DIGITS).is_some_and(|text| text.iter().all(u8::is_ascii_digit)));
            let version = version.expect("objects of the fleet have versions of ten digits");
            let sent =
                memmem::find(item, SENT_BLANK.as_bytes()).expect("objects of the fleet have a place for the time");
            items.push(Item { head, range: from..bytes.len(), version, sent });
        }
        Some(Self { kind, encoding, api_version, kind_name, open, bytes: bytes.into(), items })
    }

    /// One object by itself.
    pub(super) fn object(&self, index: usize) -> Bytes {
        let item = &self.bytes[self.items[index].range.clone()];
        let mut out = Vec::with_capacity(item.len() + 100);
        match self.encoding {
            Encoding::Json => {
                out.extend_from_slice(&self.open);
                out.extend_from_slice(&item[1..]);
            }
            Encoding::Protobuf => write_envelope(&self.api_version, &self.kind_name, item, &mut out),
        }
        out.into()
    }

    /// A list of these items: its head, its items uncopied, its tail.
    pub(super) fn list(&self, range: &Range<usize>, meta: &ListMeta) -> [Bytes; 3] {
        let items = self.slice(range);
        match self.encoding {
            Encoding::Json => {
                let mut head = format!(
                    r#"{{"kind":"{}List","apiVersion":"{}","metadata":{{"resourceVersion":"{}""#,
                    self.kind_name, self.api_version, meta.version
                );
                if let Some(token) = meta.token {
                    head += &format!(r#","continue":"{token}","remainingItemCount":{}"#, meta.remaining);
                }
                head += r#"},"items":["#;
                [head.into(), items, Bytes::from_static(b"]}\n")]
            }
            Encoding::Protobuf => {
                let mut about = Vec::new();
                put_bytes(&mut about, 1, b"");
                put_bytes(&mut about, 2, meta.version.to_string().as_bytes());
                put_bytes(&mut about, 3, meta.token.map(|token| token.to_string()).unwrap_or_default().as_bytes());
                if meta.token.is_some() {
                    put_number(&mut about, 4, meta.remaining as u64);
                }
                let mut inner = Vec::new();
                put_bytes(&mut inner, 1, &about);
                let mut types = Vec::new();
                put_bytes(&mut types, 1, self.api_version.as_bytes());
                put_bytes(&mut types, 2, format!("{}List", self.kind_name).as_bytes());
                let mut head = MAGIC.to_vec();
                put_bytes(&mut head, 1, &types);
                put_tag(&mut head, 2, WireType::Bytes);
                put_varint(&mut head, (inner.len() + items.len()) as u64);
                head.extend_from_slice(&inner);
                [head.into(), items, Bytes::from_static(b"\x1a\x00\x22\x00")]
            }
        }
    }

    fn slice(&self, range: &Range<usize>) -> Bytes {
        let Some(items) = self.items.get(range.clone()).filter(|items| !items.is_empty()) else { return Bytes::new() };
        // The comma before the first is not part of the list.
        let start = if self.encoding == Encoding::Json { items[0].range.start } else { items[0].head };
        self.bytes.slice(start..items[items.len() - 1].range.end)
    }

    /// Appends the event that an object was added, as it was made.
    pub(super) fn added(&self, index: usize, out: &mut Vec<u8>) {
        self.event("ADDED", &self.bytes[self.items[index].range.clone()], out);
    }

    /// Appends the event that an object was changed to a version, at a time in nanoseconds.
    pub(super) fn modified(&self, index: usize, version: u64, now: u64, out: &mut Vec<u8>) {
        let item = &self.items[index];
        let behind = self.event("MODIFIED", &self.bytes[item.range.clone()], out);
        let end = out.len() - behind;
        let object = &mut out[end - item.range.len()..end];
        digits(&mut object[item.version..item.version + VERSION_DIGITS], version);
        digits(&mut object[item.sent..item.sent + SENT_BLANK.len()], now);
    }

    /// A mark: everything up to a version has been sent.
    pub(super) fn bookmark(&self, version: u64, initial_events_end: bool) -> Bytes {
        let end = if initial_events_end { r#","annotations":{"k8s.io/initial-events-end":"true"}"# } else { "" };
        let mark = format!(r#"{{"metadata":{{"resourceVersion":"{version}","creationTimestamp":null{end}}}}}"#);
        let mut out = Vec::new();
        match (self.encoding, self.kind.message()) {
            (Encoding::Protobuf, Some(message)) => {
                let mut raw = Vec::new();
                from_json(message, mark.as_bytes(), Zeros::Written, &mut raw).expect("every kind has metadata");
                self.event("BOOKMARK", &raw, &mut out);
            }
            _ => {
                let names = format!(r#"{{"kind":"{}","apiVersion":"{}","#, self.kind_name, self.api_version);
                out.extend_from_slice(br#"{"type":"BOOKMARK","object":"#);
                out.extend_from_slice(names.as_bytes());
                out.extend_from_slice(&mark.as_bytes()[1..]);
                out.extend_from_slice(b"}\n");
            }
        }
        out.into()
    }

    /// The error that ends a watch whose version is too old.
    pub(super) fn expired(&self) -> Bytes {
        let status = br#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version","reason":"Expired","code":410}"#;
        let mut out = Vec::new();
        match (self.encoding, Table::builtin().kind("", "v1", "Status")) {
            (Encoding::Protobuf, Some(entry)) => {
                let mut raw = Vec::new();
                from_json(entry.message(), status, Zeros::Written, &mut raw).expect("a Status of no unknown members");
                write_watch_event("ERROR", "v1", "Status", &raw, &mut out).expect("it is small");
            }
            _ => {
                out.extend_from_slice(br#"{"type":"ERROR","object":"#);
                out.extend_from_slice(status);
                out.extend_from_slice(b"}\n");
            }
        }
        out.into()
    }

    /// Appends an event; says how many bytes stand behind the object in it.
    fn event(&self, event: &str, item: &[u8], out: &mut Vec<u8>) -> usize {
        match self.encoding {
            Encoding::Json => {
                out.extend_from_slice(br#"{"type":""#);
                out.extend_from_slice(event.as_bytes());
                out.extend_from_slice(br#"","object":"#);
                out.extend_from_slice(&self.open);
                out.extend_from_slice(&item[1..]);
                out.extend_from_slice(b"}\n");
                2
            }
            Encoding::Protobuf => {
                write_watch_event(event, &self.api_version, &self.kind_name, item, out).expect("objects are small");
                // The two empty fields that end an envelope.
                4
            }
        }
    }
}

/// Writes a number over as many digits.
fn digits(place: &mut [u8], mut number: u64) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}
