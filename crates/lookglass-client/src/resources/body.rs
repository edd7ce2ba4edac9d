//! What is sent of an object: [`Body`], and how a type becomes one: [`Form`].

use std::any::Any;

use bytes::Bytes;
use lookglass_object::{Gvk, codec::Codec};
use serde::{Deserialize, Serialize, de::DeserializeOwned, de::IgnoredAny};

use crate::BoxError;

/// How values of a type become JSON, and come out of it: plain functions, compiled where the form was made, which for built-in kinds is never a user's crate.
pub(crate) struct Form<K> {
    pub(crate) encode: fn(&K) -> Result<Vec<u8>, BoxError>,
    pub(crate) decode: fn(&[u8]) -> Result<K, BoxError>,
}

impl<K: Serialize + DeserializeOwned> Form<K> {
    /// By the type's own serialisation.
    pub(crate) fn own() -> Self {
        Self { encode: |object| Ok(serde_json::to_vec(object)?), decode: |json| Ok(serde_json::from_slice(json)?) }
    }
}

impl<K: Clone + Any + Send + Sync> Form<K> {
    /// By the codecs of the built-in kinds.
    pub(crate) fn built_in() -> Self {
        Self {
            encode: |object| {
                let json = Codec::for_type::<K>().and_then(|codec| codec.encode(object));
                json.ok_or_else(|| not_built_in(std::any::type_name::<K>()))
            },
            decode: |json| {
                let codec = Codec::for_type::<K>().ok_or_else(|| not_built_in(std::any::type_name::<K>()))?;
                let object = Codec::typed::<K>(codec.json(json)?);
                object.map(std::sync::Arc::unwrap_or_clone).ok_or_else(|| not_built_in(codec.kind()))
            },
        }
    }
}

fn not_built_in(name: &str) -> BoxError {
    format!("{name} is no built-in kind of this k8s-openapi").into()
}

impl<K> Clone for Form<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Form<K> {}

/// An object as it is sent, and what it says of itself.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) json: Bytes,
    pub(crate) name: Option<String>,
    pub(crate) namespace: Option<String>,
    pub(crate) has_managed_fields: bool,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Head {
    api_version: Option<String>,
    kind: Option<String>,
    metadata: Option<Metadata>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Metadata {
    name: Option<String>,
    namespace: Option<String>,
    managed_fields: Option<Vec<IgnoredAny>>,
}

impl Body {
    /// Reads what an object says of itself. It must be of the kind, if it says one; if it does not, the kind is added.
    pub(crate) fn of(gvk: &Gvk, json: Vec<u8>) -> Result<Self, String> {
        let head: Head = serde_json::from_slice(&json).map_err(|error| format!("this is no object: {error}"))?;
        let said = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let (api_version, kind) = (said(&head.api_version), said(&head.kind));
        let fits = |said: &Option<String>, wanted: &str| said.as_deref().is_none_or(|said| said == wanted);
        if !fits(&api_version, &gvk.api_version()) || !fits(&kind, gvk.kind()) {
            let (api_version, kind) = (api_version.unwrap_or_default(), kind.unwrap_or_default());
            let (wanted, wanted_kind) = (gvk.api_version(), gvk.kind());
            return Err(format!("the object says that it is {kind} of {api_version}, not {wanted_kind} of {wanted}"));
        }
        let json = if api_version.is_none() || kind.is_none() { with_kind(gvk, &json)? } else { json };
        let metadata = head.metadata.unwrap_or_default();
        Ok(Self {
            json: json.into(),
            name: said(&metadata.name),
            namespace: said(&metadata.namespace),
            has_managed_fields: metadata.managed_fields.is_some_and(|fields| !fields.is_empty()),
        })
    }
}

/// The object with its kind. Rare enough for a tree: typed objects say it themselves.
fn with_kind(gvk: &Gvk, json: &[u8]) -> Result<Vec<u8>, String> {
    let mut tree: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(json).map_err(|error| format!("this is no object: {error}"))?;
    tree.insert("apiVersion".to_owned(), gvk.api_version().into());
    tree.insert("kind".to_owned(), gvk.kind().into());
    serde_json::to_vec(&tree).map_err(|error| error.to_string())
}
