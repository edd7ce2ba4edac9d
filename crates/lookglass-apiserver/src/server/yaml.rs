//! Objects out of YAML.

use bytes::Bytes;
use http::Method;
use lookglass_object::{Gvk, Key};
use serde_json::Value;

use super::{
    ApiServer, Error,
    objects::{Place, json},
};

/// An object that was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Applied {
    /// What it is.
    pub kind: Gvk,
    /// Its namespace and name.
    pub key: Key,
    /// Whether it is new.
    pub created: bool,
}

impl ApiServer {
    /// Creates the objects of a YAML text, or replaces those that exist already, in their order. The text may hold several documents, and
    /// lists (`kind: List`). Objects without a namespace go into `default`.
    ///
    /// To replace is all it does today: what the text leaves out goes, be it somebody else's. (Server-side apply, which would leave it, comes
    /// later.) The status of an object that exists stays as it is.
    ///
    /// # Cancel safety
    ///
    /// Dropped early, the first objects have been applied and the others have not.
    ///
    /// # Errors
    ///
    /// The text is not YAML, of which nothing is applied then; an object is refused, and those before it have been applied.
    pub async fn apply_yaml(&self, text: &str) -> Result<Vec<Applied>, Error> {
        let mut applied = Vec::new();
        for document in documents(text)? {
            applied.push(self.apply_value(document).await?);
        }
        Ok(applied)
    }

    async fn apply_value(&self, mut object: Value) -> Result<Applied, Error> {
        let place = self.place_of(&object)?;
        loop {
            let (answer, created) =
                match self.ask(Method::POST, &place.collection(), json(&object, &place)?, &place.says()).await {
                    Ok(answer) => (answer, true),
                    Err(error) if error.is_already_exists() => {
                        match self.replace_value(&mut object, &place).await {
                            // Somebody else was quicker: look again.
                            Err(error) if error.is_conflict() || error.is_not_found() => continue,
                            answer => (answer?, false),
                        }
                    }
                    Err(error) => return Err(error),
                };
            let stored: Value = serde_json::from_slice(&answer).unwrap_or_default();
            // A generated name is known only now.
            let name = stored.pointer("/metadata/name").and_then(Value::as_str).unwrap_or(&place.name);
            let key = Key::new(place.namespace.as_deref().unwrap_or_default(), name);
            return Ok(Applied { kind: place.resource.kind.clone(), key, created });
        }
    }

    async fn replace_value(&self, object: &mut Value, place: &Place) -> Result<Bytes, Error> {
        let (path, what) = (place.object()?, place.says());
        let current = self.ask(Method::GET, &path, Vec::new(), &what).await?;
        let current: Value = serde_json::from_slice(&current).unwrap_or_default();
        object["metadata"]["resourceVersion"] = current["metadata"]["resourceVersion"].clone();
        let answer = self.ask(Method::PUT, &path, json(object, place)?, &what).await;
        // It is of no use to a second attempt, and forbidden in a create.
        if let Some(metadata) = object["metadata"].as_object_mut() {
            metadata.remove("resourceVersion");
        }
        answer
    }
}

/// The objects of a YAML text. Empty documents are passed over, lists taken apart.
pub(super) fn documents(text: &str) -> Result<Vec<Value>, Error> {
    let documents: Vec<Value> =
        serde_saphyr::from_multiple(text).map_err(|error| Error::Yaml { source: Box::new(error) })?;
    let mut objects = Vec::new();
    for mut document in documents {
        match document.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) if is_list(&document) => objects.extend(items),
            Some(items) => {
                document["items"] = items;
                objects.push(document);
            }
            None if document.is_null() => {}
            None => objects.push(document),
        }
    }
    Ok(objects)
}

/// Whether it is a `List` of anything, or of one kind.
fn is_list(document: &Value) -> bool {
    document["kind"].as_str().is_some_and(|kind| kind.ends_with("List"))
        && document.get("metadata").is_none_or(|metadata| metadata.get("name").is_none())
}
