//! One handle to one resource, whatever is known of its type: [`Resources`].

mod body;
pub(crate) mod core;
mod create_only;
mod list;
mod logs;
mod options;
mod patch;
mod pods;
mod special;
mod subresources;
#[cfg(test)]
mod tests;

use std::{any::Any, fmt, sync::Arc};

use lookglass_object::{Depot, Dynamic, Encoding, Gvk, Gvr, Object, Whole};
use serde::{Serialize, de::DeserializeOwned};

use self::{body::Form, core::Core};
use crate::{Backoff, Client, Conflict as _, Error, ListFrom, ListOptions, ListWatch, Watch, WatchOptions};

pub use create_only::CreateOnly;
pub use list::ObjectList;
pub use logs::{LogOptions, Logs};
pub use options::{Apply, DeleteOptions, FieldValidation, Propagation, WriteOptions};
pub use patch::{JsonPatch, Patch};
pub use subresources::Subresources;

/// All namespaces, where one is asked for: client-go's `NamespaceAll`.
pub const ALL_NAMESPACES: &str = "";

/// A resource of a cluster, or its part in one namespace, and all that can be done with it.
///
/// It is one type for every view: of built-in kinds by the accessors of [`Clientset`](crate::Clientset), of your own types by [`all`](Self::all) and [`namespaced`](Self::namespaced), of
/// anything as trees by [`Dynamic`](crate::Dynamic), and of metadata alone by [`Metadata`](crate::Metadata). Answers are [`Object`] cells, which know what they are and are decoded when asked.
///
/// ```no_run
/// use lookglass_client::{Client, Clientset, DeleteOptions, Patch};
/// use serde_json::json;
///
/// # async fn example(client: Client) -> Result<(), Box<dyn std::error::Error>> {
/// let deployments = Clientset::new(&client).apps_v1().deployments("default");
///
/// // Read, change, write back.
/// let mut web = deployments.get("web").await?.into_owned()?;
/// web.spec.replicas = Some(1);
/// let web = deployments.update(&web).await?;
///
/// // Or the same against whoever else writes, or as a change of one field.
/// deployments.edit("web", |web| web.spec.replicas = Some(2)).await?;
/// deployments.patch("web", &Patch::Merge(json!({"spec": {"replicas": 3}}))).await?;
///
/// for deployment in deployments.list(&Default::default()).await? {
///     println!("{} at {}", deployment.key(), deployment.version());
/// }
/// deployments.delete_with("web", &DeleteOptions::new().only_if_uid(web.uid())).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Defaults
///
/// * [`encoding`](Self::encoding): protobuf is asked for where the kind is known, and JSON otherwise and for trees, which thus lose nothing that is not known here; what is written is
///   written in JSON;
/// * [`keep_managed_fields`](Self::keep_managed_fields): no; a server takes an update without them as it is meant;
/// * [`write_options`](Self::write_options): see [`WriteOptions`].
///
/// # Names and namespaces
///
/// They are checked before anything is sent. A handle over all namespaces lists and watches; what it writes goes to the namespace that the object says, and what it is to get or delete by
/// name is refused.
///
/// # Cancel safety
///
/// Reading has no effect on a server. Of a request that writes, when it is dropped before its answer came, it is not known whether it was carried out.
///
/// # Cost
///
/// A clone counts references. A request costs one boxed future more than [`Client::fetch`]; an answer is scanned and copied once.
pub struct Resources<K> {
    core: Core,
    form: Form<K>,
}

/// What became of an object that was to be deleted.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_enums, reason = "an API server answers with either")]
pub enum Deletion<K> {
    /// The object as it was last, if it is gone; or as it waits to go, for its grace period or its finalizers: then it has a
    /// [deletion timestamp](Object::deletion_timestamp).
    Object(Object<K>),
    /// It is gone, and nothing more is said.
    Status(lookglass_object::Status),
}

impl<K> Deletion<K> {
    /// The object, where the server told it.
    #[must_use]
    pub fn object(self) -> Option<Object<K>> {
        match self {
            Self::Object(object) => Some(object),
            Self::Status(_) => None,
        }
    }
}

impl<K> Resources<K>
where
    K: kube_core::Resource<DynamicType = ()> + Serialize + DeserializeOwned + Any + Send + Sync,
{
    /// The objects of a type of your own, in all namespaces or in none.
    ///
    /// Of built-in types the accessors of [`Clientset`](crate::Clientset) are quicker to compile: this brings the type's serialisation into the crate that calls it.
    #[must_use]
    pub fn all(client: &Client) -> Self {
        let family = Depot::global().family(&Gvk::of::<K>());
        family.register_type::<K>();
        // Scopes are types without values; their names are all they have.
        let scope = std::any::type_name::<K::Scope>();
        let namespaced = match scope.rsplit("::").next() {
            Some("NamespaceResourceScope") => Some(true),
            Some("ClusterResourceScope") => Some(false),
            _ => None,
        };
        Self { core: Core::new(client, Gvr::of::<K>(), family, namespaced), form: Form::own() }
    }

    /// The objects of a type of your own in one namespace; [`ALL_NAMESPACES`] stands for all.
    #[must_use]
    pub fn namespaced(client: &Client, namespace: &str) -> Self
    where
        K: kube_core::Resource<Scope = kube_core::NamespaceResourceScope>,
    {
        Self::all(client).namespace(namespace)
    }
}

impl<K: Clone + Any + Send + Sync> Resources<K> {
    /// Of a built-in kind.
    pub(crate) fn built_in(client: &Client, gvk: &Gvk, plural: &'static str, namespaced: bool) -> Self {
        let family = Depot::global().family(gvk);
        Self { core: Core::new(client, gvk.resource(plural), family, Some(namespaced)), form: Form::built_in() }
    }
}

impl Resources<Dynamic> {
    pub(crate) fn dynamic(client: &Client, gvr: Gvr, kind: &Gvk, namespaced: Option<bool>) -> Self {
        let core = Core::new(client, gvr, Depot::global().family(kind), namespaced);
        Self { core, form: Form::own() }.encoding(Encoding::Json)
    }
}

impl Resources<lookglass_object::Meta> {
    pub(crate) fn metadata(client: &Client, gvr: Gvr, kind: &Gvk, namespaced: Option<bool>) -> Self {
        let core = Core::new(client, gvr, Depot::global().metadata_family(kind), namespaced);
        Self { core, form: Form::own() }
    }
}

impl<K: 'static> Resources<K> {
    /// The part of the resource in a namespace; [`ALL_NAMESPACES`] stands for all.
    #[must_use]
    pub fn namespace(mut self, namespace: &str) -> Self {
        self.core.namespace = (!namespace.is_empty()).then(|| namespace.into());
        self
    }

    /// The encoding that is asked for. What comes in the other one is understood.
    #[must_use]
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.core.encoding = encoding;
        self
    }

    /// Whether `managedFields` stay in what is read.
    #[must_use]
    pub fn keep_managed_fields(mut self, keep: bool) -> Self {
        self.core.keep_managed_fields = keep;
        self
    }

    /// How this handle writes; a dry run holds for its deletions, too.
    #[must_use]
    pub fn write_options(mut self, options: WriteOptions) -> Self {
        self.core.options = options;
        self
    }

    /// The resource.
    #[must_use]
    pub fn resource(&self) -> &Gvr {
        &self.core.gvr
    }

    /// The kind of its objects.
    #[must_use]
    pub fn gvk(&self) -> &Gvk {
        self.core.family.gvk()
    }

    /// The connection.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.core.client
    }

    /// Lists and watches as streams, which informers stand on.
    #[must_use]
    pub fn list_watch(&self) -> ListWatch<K> {
        let Core { client, gvr, family, namespace, encoding, keep_managed_fields, .. } = &self.core;
        let list_watch = ListWatch::new(client, gvr.clone(), Arc::clone(family));
        let list_watch = list_watch.encoding(*encoding).keep_managed_fields(*keep_managed_fields);
        match namespace {
            Some(namespace) => list_watch.namespace(namespace),
            None => list_watch,
        }
    }

    /// The object of this name, in its newest state.
    ///
    /// # Errors
    ///
    /// The server refuses: [`is_not_found`](lookglass_object::Status::is_not_found) if there is none (see [`find`](Self::find)); or nobody answers; or the name cannot be one.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: it only reads.
    pub async fn get(&self, name: &str) -> Result<Object<K>, Error> {
        Ok(self.core.get(name, &ListFrom::Latest).await?.into_cast())
    }

    /// The object of this name, in a state that may be older: [`ListFrom::Any`] spares the server's storage.
    ///
    /// # Errors
    ///
    /// As for [`get`](Self::get); an exact version cannot be had.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: it only reads.
    pub async fn get_from(&self, name: &str, from: &ListFrom) -> Result<Object<K>, Error> {
        Ok(self.core.get(name, from).await?.into_cast())
    }

    /// The object of this name, or `None` if there is none.
    ///
    /// # Errors
    ///
    /// As for [`get`](Self::get).
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: it only reads.
    pub async fn find(&self, name: &str) -> Result<Option<Object<K>>, Error> {
        match self.core.get(name, &ListFrom::Latest).await {
            Ok(object) => Ok(Some(object.into_cast())),
            Err(error) if error.status().is_some_and(lookglass_object::Status::is_not_found) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All objects that the options ask for, read page by page.
    ///
    /// [`page`](Self::page) reads one page, and `list_watch().list(..)` gives the items of all of them as they arrive.
    ///
    /// # Errors
    ///
    /// The server refuses, nobody answers, or the answer is cut off. One object that cannot be taken in is no error: see [`ObjectList`].
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: it only reads.
    pub async fn list(&self, options: &ListOptions) -> Result<ObjectList<K>, Error> {
        Ok(self.core.list(options).await?.cast())
    }

    /// One page: the first, or the one that the [`next`](ObjectList::next) of the page before leads to. One request, as client-go's `List`.
    ///
    /// # Errors
    ///
    /// As for [`list`](Self::list). A token that has expired [says so](lookglass_object::Status::is_resource_expired): the list is then to be begun anew.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: it only reads.
    pub async fn page(&self, options: &ListOptions, next: Option<&str>) -> Result<ObjectList<K>, Error> {
        Ok(self.core.page(options, next).await?.cast())
    }

    /// Watches.
    ///
    /// # Errors
    ///
    /// As for [`ListWatch::watch`].
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: it only reads.
    pub async fn watch(&self, options: &WatchOptions) -> Result<Watch<K>, Error> {
        self.list_watch().watch(options).await
    }

    /// Changes an object without reading it first.
    ///
    /// # Errors
    ///
    /// The server refuses, or nobody answers.
    ///
    /// # Cancel safety
    ///
    /// A request that was sent may have been carried out.
    pub async fn patch(&self, name: &str, patch: &Patch) -> Result<Object<K>, Error> {
        Ok(self.core.patch(name, &[], patch).await?.into_cast())
    }

    /// Changes the status of an object without reading it first.
    ///
    /// # Errors
    ///
    /// As for [`patch`](Self::patch).
    ///
    /// # Cancel safety
    ///
    /// A request that was sent may have been carried out.
    pub async fn patch_status(&self, name: &str, patch: &Patch) -> Result<Object<K>, Error> {
        Ok(self.core.patch(name, &["status"], patch).await?.into_cast())
    }

    /// Deletes an object as its kind is wont to go.
    ///
    /// # Errors
    ///
    /// The server refuses, or nobody answers.
    ///
    /// # Cancel safety
    ///
    /// A request that was sent may have been carried out.
    pub async fn delete(&self, name: &str) -> Result<Deletion<K>, Error> {
        self.delete_with(name, &DeleteOptions::default()).await
    }

    /// Deletes an object.
    ///
    /// # Errors
    ///
    /// As for [`delete`](Self::delete); a conflict if it is not what the options say that it must be.
    ///
    /// # Cancel safety
    ///
    /// A request that was sent may have been carried out.
    pub async fn delete_with(&self, name: &str, options: &DeleteOptions) -> Result<Deletion<K>, Error> {
        Ok(match self.core.delete(name, options).await? {
            Deletion::Object(object) => Deletion::Object(object.into_cast()),
            Deletion::Status(status) => Deletion::Status(status),
        })
    }

    /// Deletes all objects that the list options ask for, and gives those that the server tells of. Their page size is of no effect: all are deleted, however many there are.
    ///
    /// # Errors
    ///
    /// The server refuses, or nobody answers; some may have been deleted all the same.
    ///
    /// # Cancel safety
    ///
    /// A request that was sent may have been carried out.
    pub async fn delete_collection(
        &self,
        options: &DeleteOptions,
        which: &ListOptions,
    ) -> Result<ObjectList<K>, Error> {
        Ok(self.core.delete_collection(options, which).await?.cast())
    }

    /// What stands below the objects under a name of its own, such as `scale`.
    #[must_use]
    pub fn subresource(&self, name: &str) -> Subresources {
        Subresources::new(&self.core, name)
    }
}

impl<K: Whole + Sync + 'static> Resources<K> {
    /// Reads an object of this kind from YAML or JSON, such as a template, without sending anything.
    ///
    /// # Errors
    ///
    /// The text is malformed, or an object of another kind.
    pub fn parse(&self, text: &str) -> Result<K, Error> {
        let what = format!("read a {} from YAML", self.gvk().kind());
        let read = |text| {
            let tree: serde_json::Value = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
            let body = body::Body::of(self.gvk(), tree.to_string().into_bytes())?;
            (self.form.decode)(&body.json).map_err(|error| error.to_string())
        };
        read(text).map_err(|why| Error::request(what, why))
    }

    /// Creates an object.
    ///
    /// # Errors
    ///
    /// The server refuses: [`is_already_exists`](lookglass_object::Status::is_already_exists) if the name is taken; nobody answers; or the object is not of this kind or of another namespace.
    ///
    /// # Cancel safety
    ///
    /// A request that was sent may have been carried out.
    pub async fn create(&self, object: &K) -> Result<Object<K>, Error> {
        Ok(self.core.create(self.encoded(object)).await?.into_cast())
    }

    /// Replaces an object, which must have been read before: its version says by what state.
    ///
    /// # Errors
    ///
    /// The server refuses: [`is_conflict`](lookglass_object::Status::is_conflict) if it was changed since (see [`edit`](Self::edit)); nobody answers; or the object is not of this kind or of
    /// another namespace, or has no name.
    ///
    /// # Cancel safety
    ///
    /// A request that was sent may have been carried out.
    pub async fn update(&self, object: &K) -> Result<Object<K>, Error> {
        Ok(self.core.update(None, self.encoded(object)).await?.into_cast())
    }

    /// Replaces the status of an object, and nothing else.
    ///
    /// # Errors
    ///
    /// As for [`update`](Self::update).
    ///
    /// # Cancel safety
    ///
    /// A request that was sent may have been carried out.
    pub async fn update_status(&self, object: &K) -> Result<Object<K>, Error> {
        Ok(self.core.update(Some("status"), self.encoded(object)).await?.into_cast())
    }

    /// Replaces what stands below an object under a name of its own, where that is of the object's kind, such as `resize` of pods.
    ///
    /// # Errors
    ///
    /// As for [`update`](Self::update).
    ///
    /// # Cancel safety
    ///
    /// A request that was sent may have been carried out.
    pub async fn update_subresource(&self, subresource: &str, object: &K) -> Result<Object<K>, Error> {
        Ok(self.core.update(Some(subresource), self.encoded(object)).await?.into_cast())
    }

    /// Makes of an object what a field manager wants of it, and creates it if it is not there: server-side apply.
    ///
    /// # Errors
    ///
    /// The server refuses: a [conflict](lookglass_object::Status::is_conflict) names the managers who say otherwise; nobody answers; or the object has no name, has managed fields, or is not of
    /// this kind or of another namespace.
    ///
    /// # Cancel safety
    ///
    /// A request that was sent may have been carried out.
    pub async fn apply(&self, by: impl Into<Apply> + Send, object: &K) -> Result<Object<K>, Error> {
        Ok(self.core.apply(None, &by.into(), self.encoded(object)).await?.into_cast())
    }

    /// The same of the status.
    ///
    /// # Errors
    ///
    /// As for [`apply`](Self::apply).
    ///
    /// # Cancel safety
    ///
    /// A request that was sent may have been carried out.
    pub async fn apply_status(&self, by: impl Into<Apply> + Send, object: &K) -> Result<Object<K>, Error> {
        Ok(self.core.apply(Some("status"), &by.into(), self.encoded(object)).await?.into_cast())
    }

    fn encoded(&self, object: &K) -> Result<Vec<u8>, String> {
        (self.form.encode)(object).map_err(|error| format!("the object cannot be written: {error}"))
    }
}

impl<K: Whole + Clone + Any + Send + Sync> Resources<K> {
    /// Reads an object, changes it and writes it back, and does so anew when somebody else was faster, as often as client-go's
    /// `RetryOnConflict`: see [`Backoff::DEFAULT_RETRY`].
    ///
    /// # Errors
    ///
    /// As for [`get`](Self::get) and [`update`](Self::update); the object cannot be decoded.
    ///
    /// # Cancel safety
    ///
    /// The change may have been made.
    pub async fn edit(&self, name: &str, mut change: impl FnMut(&mut K) + Send) -> Result<Object<K>, Error> {
        let mut pauses = Backoff::DEFAULT_RETRY.pauses();
        loop {
            let read = self.core.get(name, &ListFrom::Latest).await?.into_cast::<K>();
            let key = read.key().clone();
            let mut object = read.into_owned().map_err(|error| Error::Item {
                what: self.core.what("edit", Some(name), self.core.namespace.as_deref()),
                key: Some(key),
                source: error.into(),
            })?;
            change(&mut object);
            match self.update(&object).await {
                Err(error) if error.is_conflict() => match pauses.next() {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return Err(error),
                },
                done => return done,
            }
        }
    }
}

impl<K> Clone for Resources<K> {
    fn clone(&self) -> Self {
        Self { core: self.core.clone(), form: self.form }
    }
}

impl<K> fmt::Debug for Resources<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resources")
            .field("resource", &self.core.gvr)
            .field("namespace", &self.core.namespace)
            .field("kind", self.core.family.gvk())
            .finish_non_exhaustive()
    }
}
