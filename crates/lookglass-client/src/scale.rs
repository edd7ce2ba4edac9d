//! Reading and setting how many there shall be of something: [`Scales`].

#[cfg(test)]
mod tests;

use std::fmt;

use bytes::Bytes;
use http::{Method, Request, header};
use k8s_openapi::api::autoscaling::v1::Scale;
use lookglass_object::{Gvk, Gvr};
use serde_json::json;

use crate::{Client, Error, Mapper, Mapping, Scope};

const JSON: &str = "application/json";
const MERGE_PATCH: &str = "application/merge-patch+json";

/// The scale of anything that has one: Deployments, StatefulSets, custom resources with a `scale` subresource; client-go's `ScalesGetter`.
///
/// ```no_run
/// # async fn example(client: lookglass_client::Client) -> Result<(), lookglass_client::Error> {
/// use lookglass_client::{Discovery, Mapper, Scales};
///
/// let scales = Scales::new(&Mapper::new(&Discovery::new(&client)));
/// let deployments = scales.of("deployments").await?.namespace("default");
/// let scale = deployments.get("web").await?;
/// println!("{:?} of {:?}", scale.status.map(|it| it.replicas), scale.spec.and_then(|it| it.replicas));
/// deployments.set("web", 3).await?;
/// # Ok(())
/// # }
/// ```
///
/// What is read and written is a [`Scale`] of `autoscaling/v1`, whatever kind of object is scaled.
#[derive(Clone, Debug)]
pub struct Scales {
    mapper: Mapper,
}

impl Scales {
    /// Over this mapper's server. It asks nothing yet.
    #[must_use]
    pub fn new(mapper: &Mapper) -> Self {
        Self { mapper: mapper.clone() }
    }

    /// Of the resource that this name stands for; see [`Mapper::find`].
    ///
    /// # Errors
    ///
    /// As for [`Mapper::find`]; or the resource [has no scale](Self::of_mapping).
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub async fn of(&self, name: &str) -> Result<ScaleOf, Error> {
        self.of_mapping(&self.mapper.find(name).await?)
    }

    /// Of the resource whose objects are of this kind.
    ///
    /// # Errors
    ///
    /// As for [`Mapper::resource_for`]; or the resource [has no scale](Self::of_mapping).
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub async fn of_kind(&self, kind: &Gvk) -> Result<ScaleOf, Error> {
        self.of_mapping(&self.mapper.resource_for(kind).await?)
    }

    /// Of a resource that was found before. Asks nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Request`]: the server says that the resource has no `scale`, or one of another kind than `Scale` of `autoscaling/v1`.
    pub fn of_mapping(&self, mapping: &Mapping) -> Result<ScaleOf, Error> {
        let gvr = mapping.gvr().clone();
        let wrong = |why: String| Err(Error::Request { what: format!("scale {}", gvr.group_resource()), why });
        match mapping.resource.subresource("scale") {
            None => wrong(format!("{} have no scale", gvr.resource())),
            Some(scale) if scale.gvk != Gvk::new("autoscaling", "v1", "Scale") => {
                wrong(format!("their scale is of the kind {}, which is not understood", scale.gvk))
            }
            Some(_) => {
                let client = self.mapper.discovery().client().clone();
                Ok(ScaleOf { client, scope: mapping.scope(), gvr, namespace: None })
            }
        }
    }
}

/// The scale of the objects of one resource; from [`Scales::of`].
///
/// # Defaults
///
/// * [`namespace`](Self::namespace): the [client's own](Client::default_namespace); none where objects live in no namespace.
#[derive(Clone)]
pub struct ScaleOf {
    client: Client,
    gvr: Gvr,
    scope: Scope,
    namespace: Option<String>,
}

impl ScaleOf {
    /// Of objects in this namespace.
    #[must_use]
    pub fn namespace(self, namespace: &str) -> Self {
        Self { namespace: Some(namespace.to_owned()), ..self }
    }

    /// The resource.
    #[must_use]
    pub fn resource(&self) -> &Gvr {
        &self.gvr
    }

    /// Reads the scale of an object. On the wire none is left out: `spec.replicas` is then `None`, and means 0.
    ///
    /// # Errors
    ///
    /// The server refuses, as when there is no such object; or nobody answers.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub async fn get(&self, name: &str) -> Result<Scale, Error> {
        self.exchange(Method::GET, "read", name, None).await
    }

    /// Sets how many there shall be, whatever it was; it never conflicts with others. Gives the scale as it is then.
    ///
    /// # Errors
    ///
    /// As for [`get`](Self::get).
    ///
    /// # Cancel safety
    ///
    /// It may have been set.
    pub async fn set(&self, name: &str, replicas: i32) -> Result<Scale, Error> {
        self.patch(name, &json!({"spec": {"replicas": replicas}})).await
    }

    /// Writes a scale that was [read](Self::get) and changed. If it has been changed by others meanwhile it is a conflict: read it again, as
    /// [`retry_on_conflict`](crate::retry_on_conflict) does.
    ///
    /// # Errors
    ///
    /// As for [`get`](Self::get); or a conflict.
    ///
    /// # Cancel safety
    ///
    /// It may have been written.
    pub async fn update(&self, name: &str, scale: &Scale) -> Result<Scale, Error> {
        self.exchange(Method::PUT, "update", name, Some((JSON, serde_json::to_vec(scale)))).await
    }

    /// Changes the scale by a JSON merge patch.
    ///
    /// # Errors
    ///
    /// As for [`get`](Self::get).
    ///
    /// # Cancel safety
    ///
    /// It may have been changed.
    pub async fn patch(&self, name: &str, merge: &serde_json::Value) -> Result<Scale, Error> {
        self.exchange(Method::PATCH, "patch", name, Some((MERGE_PATCH, serde_json::to_vec(merge)))).await
    }

    async fn exchange(
        &self,
        method: Method,
        verb: &str,
        name: &str,
        body: Option<(&str, serde_json::Result<Vec<u8>>)>,
    ) -> Result<Scale, Error> {
        let what = format!("{verb} the scale of {} {name}", self.gvr.group_resource());
        let wrong = |why: String| Error::Request { what: what.clone(), why };
        let mut request = Request::builder().method(method).uri(self.path(name).map_err(wrong)?);
        request = request.header(header::ACCEPT, JSON);
        let body = match body {
            None => Bytes::new(),
            Some((media, body)) => {
                request = request.header(header::CONTENT_TYPE, media);
                body.map_err(|error| wrong(error.to_string()))?.into()
            }
        };
        let request = request.body(body).map_err(|error| wrong(error.to_string()))?;
        let answer = self.client.fetch(&what, request).await?;
        serde_json::from_slice(answer.body()).map_err(|error| Error::malformed(&what, error))
    }

    fn path(&self, name: &str) -> Result<String, String> {
        let mut path = String::from(if self.gvr.group().is_empty() { "/api" } else { "/apis" });
        let namespace = self.namespace.as_deref().unwrap_or_else(|| self.client.default_namespace());
        let namespace = ["namespaces", namespace];
        let namespace = namespace.iter().filter(|_| self.scope == Scope::Namespaced).copied();
        let group = Some(self.gvr.group()).filter(|group| !group.is_empty());
        let segments = group.into_iter().chain([self.gvr.version()]).chain(namespace);
        for segment in segments.chain([self.gvr.resource(), name, "scale"]) {
            let leads_elsewhere = matches!(segment, "" | "." | "..") || segment.contains(['/', '%', '?', '#']);
            if leads_elsewhere {
                return Err(format!("{segment:?} cannot be part of an address"));
            }
            path.push('/');
            path.push_str(segment);
        }
        Ok(path)
    }
}

impl fmt::Debug for ScaleOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { client: _, gvr, scope, namespace } = self;
        f.debug_struct("ScaleOf")
            .field("resource", gvr)
            .field("scope", scope)
            .field("namespace", namespace)
            .finish_non_exhaustive()
    }
}
