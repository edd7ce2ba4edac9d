//! What Kubernetes' documentation says of its types and fields.

use std::collections::HashMap;
use std::sync::OnceLock;

/// Made by `cargo xtask schemas`: a JSON object of types, each an object of fields and texts; the type's own text stands
/// under the empty name.
const PACKED: &[u8] = include_bytes!("../../data/descriptions.json.zst");

/// Texts by field, by type.
type Descriptions = HashMap<Box<str>, HashMap<Box<str>, Box<str>>>;

/// The text of a type's field, or of the type itself when `field` is empty.
pub(super) fn of(type_name: &str, field: &str) -> Option<&'static str> {
    static TEXTS: OnceLock<Descriptions> = OnceLock::new();
    let texts =
        TEXTS.get_or_init(|| unpack(PACKED).expect("the compiled-in texts are read whole by this crate's tests"));
    texts.get(type_name)?.get(field).map(|text| &**text)
}

fn unpack(packed: &[u8]) -> Option<Descriptions> {
    serde_json::from_slice(&zstd::decode_all(packed).ok()?).ok()
}
