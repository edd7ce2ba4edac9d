//! Waiting for an object to be as it should.

use std::{future::poll_fn, pin::Pin, time::Duration};

use lookglass_protocol::{
    Backend as _, Caller, ChangeKind, Stored, Target, WatchItem, WatchRequest, Watcher as _,
    params::{ListVersion, WatchParams, WatchStart},
};
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout_at};

use super::{
    ApiServer, Error,
    log::cut,
    objects::{Kind, Place},
};

impl ApiServer {
    /// Waits until an object is there and `is_so`, and gives it. Every state is looked at, not samples of them.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use k8s_openapi::api::core::v1::ConfigMap;
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), lookglass_apiserver::Error> {
    /// let api = lookglass_apiserver::ApiServer::start().await?;
    /// let root = api.until::<ConfigMap>("kube-root-ca.crt", |config| config.data.is_some(), Duration::from_secs(5)).await?;
    /// assert_eq!(root.metadata.namespace.as_deref(), Some("default"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Cancel safety
    ///
    /// Nothing is changed.
    ///
    /// # Errors
    ///
    /// [`Error::NotReached`] after `patience` of tokio's time, with how the object was last; it is not of this type.
    pub async fn until<K: Kind>(
        &self,
        key: &str,
        mut is_so: impl FnMut(&K) -> bool + Send,
        patience: Duration,
    ) -> Result<K, Error> {
        let place = self.place_at::<K>(key)?;
        let seen = |object: Option<&Stored>| {
            let Some(object) = object else {
                return Ok(None);
            };
            let json = object.json();
            let read: K =
                serde_json::from_slice(&json).map_err(|source| Error::Decode { what: place.says(), source })?;
            Ok(is_so(&read).then_some(read))
        };
        self.wait(&place, seen, patience).await
    }

    /// Waits until there is no such object.
    ///
    /// # Cancel safety
    ///
    /// Nothing is changed.
    ///
    /// # Errors
    ///
    /// [`Error::NotReached`] after `patience` of tokio's time, with how the object was last.
    pub async fn until_gone<K: Kind>(&self, key: &str, patience: Duration) -> Result<(), Error> {
        let place = self.place_at::<K>(key)?;
        self.wait(&place, |object| Ok(object.is_none().then_some(())), patience).await
    }

    /// Shows `seen` each state of an object, and that there is none, until it finds what it looks for.
    async fn wait<T: Send>(
        &self,
        place: &Place,
        mut seen: impl FnMut(Option<&Stored>) -> Result<Option<T>, Error> + Send,
        patience: Duration,
    ) -> Result<T, Error> {
        let deadline = Instant::now() + patience;
        let mut last = None;
        let late =
            |last: Option<&Stored>| Error::NotReached { what: place.says(), waited: patience, last: describe(last) };
        loop {
            let mut watch = self.watch(place).await?;
            // What the last state was is not known of a watch that begins anew.
            let mut there = None;
            loop {
                let next = poll_fn(|cx| Pin::new(&mut watch).poll_next(cx));
                let Ok(item) = timeout_at(deadline, next).await else {
                    return Err(late(last.as_ref()));
                };
                let found = match item {
                    Some(WatchItem::Change(change)) if change.kind == ChangeKind::Deleted => {
                        there = None;
                        seen(None)?
                    }
                    Some(WatchItem::Change(change)) => {
                        let object = there.insert(change.object);
                        seen(Some(object))?
                    }
                    Some(WatchItem::Complete(_)) if there.is_none() => seen(None)?,
                    Some(WatchItem::Complete(_)) => None,
                    // The server was restarted, or the watch fell behind: what is there now is seen again.
                    Some(WatchItem::Failed(_)) | None => break,
                };
                last.clone_from(&there);
                if let Some(found) = found {
                    return Ok(found);
                }
            }
            if timeout_at(deadline, sleep(PAUSE)).await.is_err() {
                return Err(late(last.as_ref()));
            }
        }
    }

    async fn watch(&self, place: &Place) -> Result<impl lookglass_protocol::Watcher + Unpin + use<>, Error> {
        self.0.faults.settle();
        let refused = |status| Error::Refused { what: place.says(), status: Box::new(status) };
        let named = format!("metadata.name={}", place.name).parse();
        let mut params = WatchParams::default();
        params.fields = named.map_err(|error: lookglass_object::FieldSelectorError| {
            refused(lookglass_object::Status::bad_request(error.to_string()))
        })?;
        params.start = WatchStart::State { version: ListVersion::Latest, end_mark: true };
        let target = Target::collection(place.resource.clone(), place.namespace.as_deref());
        let request = WatchRequest::new(Caller::default(), target, params);
        self.0.backend.watch(request).await.map_err(refused)
    }
}

/// Between a watch that ended and the next one, lest a server that has no watches to give is asked all the time.
const PAUSE: Duration = Duration::from_millis(10);

/// How an object is: its version, and what its status says. Never its data, which may be secret.
fn describe(object: Option<&Stored>) -> String {
    let Some(object) = object else {
        return "it does not exist".into();
    };
    let json: Value = serde_json::from_slice(&object.json()).unwrap_or_default();
    let status = json.get("status").map(Value::to_string).unwrap_or_default();
    match cut(&status) {
        "" | "{}" => format!("it was last at version {}", object.version()),
        status => format!("it was last at version {}, with status {status}", object.version()),
    }
}
