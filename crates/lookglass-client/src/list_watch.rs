//! Lists and watches of one resource as cells: [`ListWatch`].

mod list;
pub(crate) mod options;
pub(crate) mod request;
#[cfg(test)]
mod tests;
mod watch;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use http::Request;
use lookglass_object::{
    ClusterName, Depot, Dynamic, Encoding, Family, Gvk, Gvr, Intake, Key, Lookup, Meta, Object, Retention,
};

use crate::{Client, Error, client::Once};

use request::Asked;

pub use list::List;
pub use options::{ListFrom, ListOptions, WatchFrom, WatchOptions};
pub use watch::Watch;

/// Lists and watches one resource: client-go's `ListWatch`, and the byte path that everything above stands on.
///
/// What comes out are [`Object`](lookglass_object::Object) cells. Nothing is decoded on the way: bytes are scanned once and copied once.
///
/// ```no_run
/// # async fn example(client: lookglass_client::Client) -> Result<(), lookglass_client::Error> {
/// use k8s_openapi::api::core::v1::Pod;
/// use lookglass_client::{ListWatch, WatchOptions};
///
/// let pods = ListWatch::<Pod>::typed(&client).namespace("default");
/// let mut list = pods.list(&Default::default());
/// while let Some(pod) = list.next().await {
///     println!("{}", pod?.key());
/// }
/// let mut watch = pods.watch(&WatchOptions::after(list.version().clone())).await?;
/// while let Some(event) = watch.next().await {
///     println!("{:?}", event?);
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Defaults
///
/// * [`namespace`](Self::namespace): all;
/// * [`encoding`](Self::encoding): protobuf for kinds whose fields are known, JSON for others; a server that answers in the other one is understood;
/// * [`retention`](Self::retention): [`Retention::Auto`];
/// * [`keep_managed_fields`](Self::keep_managed_fields): no;
/// * [`once`](Self::once): no, the client tries again as it always does;
/// * [`known`](Self::known): nothing.
pub struct ListWatch<K> {
    parts: Parts,
    known: Option<Lookup<K>>,
}

/// What is listed and watched, and how: all that does not depend on the type that it is seen as.
#[derive(Clone)]
struct Parts {
    client: Client,
    gvr: Gvr,
    namespace: Option<String>,
    family: Arc<Family>,
    encoding: Encoding,
    retention: Retention,
    cluster: Option<ClusterName>,
    keep_managed_fields: bool,
    once: bool,
    /// Bytes that have come, shared by clones.
    received: Arc<AtomicU64>,
}

impl<K: kube_core::Resource<DynamicType = ()> + 'static> ListWatch<K> {
    /// Of a typed resource, over all namespaces.
    #[must_use]
    pub fn typed(client: &Client) -> Self {
        Self::new(client, Gvr::of::<K>(), Depot::global().family(&Gvk::of::<K>()))
    }
}

impl ListWatch<Dynamic> {
    /// Of a resource that is known by name only.
    #[must_use]
    pub fn dynamic(client: &Client, gvr: Gvr, kind: &Gvk) -> Self {
        Self::new(client, gvr, Depot::global().family(kind))
    }
}

impl ListWatch<Meta> {
    /// Of which only the metadata is asked for: far fewer bytes, for owners, counts, and what is secret.
    #[must_use]
    pub fn metadata(client: &Client, gvr: Gvr, kind: &Gvk) -> Self {
        Self::new(client, gvr, Depot::global().metadata_family(kind))
    }
}

impl<K: 'static> ListWatch<K> {
    /// Of the objects of a family, such as one from a [`Depot`] of one's own.
    #[must_use]
    pub fn new(client: &Client, gvr: Gvr, family: Arc<Family>) -> Self {
        let parts = Parts {
            client: client.clone(),
            gvr,
            namespace: None,
            encoding: if family.has_protobuf() { Encoding::Protobuf } else { Encoding::Json },
            family,
            retention: Retention::default(),
            cluster: None,
            keep_managed_fields: false,
            once: false,
            received: Arc::default(),
        };
        Self { parts, known: None }
    }

    /// Of one namespace; [`ALL_NAMESPACES`](crate::ALL_NAMESPACES) stands for all.
    #[must_use]
    pub fn namespace(mut self, namespace: &str) -> Self {
        self.parts.namespace = Some(namespace.to_owned()).filter(|namespace| !namespace.is_empty());
        self
    }

    /// The encoding that is asked for.
    #[must_use]
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.parts.encoding = encoding;
        self
    }

    /// How cells hold their bytes.
    #[must_use]
    pub fn retention(mut self, retention: Retention) -> Self {
        self.parts.retention = retention;
        self
    }

    /// The cluster that keys name.
    #[must_use]
    pub fn cluster(mut self, cluster: impl Into<ClusterName>) -> Self {
        self.parts.cluster = Some(cluster.into());
        self
    }

    /// Whether `managedFields` stay.
    #[must_use]
    pub fn keep_managed_fields(mut self, keep: bool) -> Self {
        self.parts.keep_managed_fields = keep;
        self
    }

    /// Whether a request that fails is not tried again by the client: for whoever has a patience of his own, and wants to know of each failure.
    #[must_use]
    pub fn once(mut self, once: bool) -> Self {
        self.parts.once = once;
        self
    }

    /// What the caller has already, by key, usually in a store: what is listed in the same version is the cell that is there, and nothing of it is copied. See
    /// [`Intake::known`] for what counts as the same.
    #[must_use]
    pub fn known(self, known: impl Fn(&Key) -> Option<Object<K>> + Send + Sync + 'static) -> Self {
        Self { known: Some(Arc::new(known)), ..self }
    }

    /// Takes everything in anew, whatever is [known](Self::known): for a list of a server whose versions went back, as after a restore from a backup, so that
    /// the same version need not be the same object.
    #[must_use]
    pub fn anew(self) -> Self {
        Self { known: None, ..self }
    }

    /// The same seen as another type, for whoever does not care which it is.
    #[must_use]
    pub fn cast<K2: 'static>(self) -> ListWatch<K2> {
        let known = self.known.map(|known| -> Lookup<K2> { Arc::new(move |key| known(key).map(Object::into_cast)) });
        ListWatch { parts: self.parts, known }
    }

    /// With a count of [received bytes](Self::received_bytes) of its own.
    #[must_use]
    pub fn counted_apart(mut self) -> Self {
        self.parts.received = Arc::default();
        self
    }

    /// How many bytes of answers have come so far, to this and its clones: of bodies, after any compression was undone.
    #[must_use]
    pub fn received_bytes(&self) -> u64 {
        // Relaxed, here and where it is added to: a number for people.
        self.parts.received.load(Ordering::Relaxed)
    }

    /// The one namespace, if there is one.
    #[must_use]
    pub fn namespace_name(&self) -> Option<&str> {
        self.parts.namespace.as_deref()
    }

    /// The resource.
    #[must_use]
    pub fn resource(&self) -> &Gvr {
        &self.parts.gvr
    }

    /// What the objects share.
    #[must_use]
    pub fn family(&self) -> &Arc<Family> {
        &self.parts.family
    }

    /// Lists, page after page, each item as it arrives. Nothing is sent before the first [`next`](List::next).
    #[must_use]
    pub fn list(&self, options: &ListOptions) -> List<K> {
        List::new(self.clone(), options.clone())
    }

    /// Watches.
    ///
    /// # Errors
    ///
    /// The server refuses, or nobody answers. A version that is too old comes as an event, as the server says it.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: a watch has no effect on the server.
    pub async fn watch(&self, options: &WatchOptions) -> Result<Watch<K>, Error> {
        let what = format!("watch {}", self.target());
        let response = self.parts.client.send(&what, self.request(&options.query(), Asked::Watch)?).await?;
        let encoding = request::answered(&what, response.headers())?;
        let watch = Watch::new(what, encoding, self.intake(), response.into_body(), Arc::clone(&self.parts.received));
        Ok(if options.from.is_state() { watch.of_state() } else { watch })
    }

    /// `pods in default`, for errors.
    fn target(&self) -> String {
        match &self.parts.namespace {
            Some(namespace) => format!("{} in {namespace}", self.parts.gvr.group_resource()),
            None => self.parts.gvr.group_resource(),
        }
    }

    fn intake(&self) -> Intake<K> {
        let mut intake = Intake::new(Arc::clone(&self.parts.family))
            .retention(self.parts.retention)
            .keep_managed_fields(self.parts.keep_managed_fields);
        if let Some(cluster) = &self.parts.cluster {
            intake = intake.cluster(cluster);
        }
        intake.known_by(self.known.clone())
    }

    fn request(&self, query: &str, asked: Asked) -> Result<Request<Bytes>, Error> {
        let what = self.target();
        let path = request::path(&self.parts.gvr, self.parts.namespace.as_deref(), &[])
            .map_err(|why| Error::request(&what, why))?;
        let accept = request::accept(self.parts.encoding, self.parts.family.is_metadata_only(), asked);
        let mut request = request::get(&what, &path, query, &accept)?;
        if self.parts.once {
            request.extensions_mut().insert(Once);
        }
        Ok(request)
    }
}

impl<K> Clone for ListWatch<K> {
    fn clone(&self) -> Self {
        Self { parts: self.parts.clone(), known: self.known.clone() }
    }
}

impl<K> fmt::Debug for ListWatch<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListWatch")
            .field("resource", &self.parts.gvr)
            .field("namespace", &self.parts.namespace)
            .field("encoding", &self.parts.encoding)
            .finish_non_exhaustive()
    }
}
