//! New objects.

use lookglass_object::{Key, Reason, Status};
use lookglass_protocol::{Answer, ChangeKind, Content, Resource, Stored, Target, params::WriteParams};

use super::{
    Writer,
    admission::Act,
    body,
    encode::{Encoded, answered, labels},
    strategy,
    tree::{Metadata as _, Tree},
    tree_of, validate,
};
use crate::storage::{Expect, Next};

/// How often a name is made for a `generateName` before the client is told to try again.
const NAME_TRIES: usize = 8;
/// How much of a `generateName` is used.
const NAME_BASE: usize = 58;
const SYSTEM_FIELDS: [&str; 5] =
    ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"];

/// Why an object was not created.
pub(super) enum Refusal {
    /// There is one of that name.
    Exists(Stored),
    Status(Status),
}

impl Refusal {
    fn into_status(self, resource: &Resource, name: &str) -> Status {
        match self {
            Self::Status(status) => status,
            Self::Exists(found) => {
                let status = Status::already_exists(&resource.gvr, name);
                let deleting = tree_of(&found).is_ok_and(|tree| tree.deletion().is_some());
                if !deleting {
                    return status;
                }
                let details = status.details().cloned().unwrap_or_default();
                let message = format!("object is being deleted: {}", status.message());
                Status::failure(Reason::AlreadyExists, message).with_details(details)
            }
        }
    }
}

impl Writer {
    /// Creates what a client sends.
    pub(super) async fn create(&self, target: &Target, json: &[u8], params: &WriteParams) -> Result<Answer, Status> {
        let resource = &*target.resource;
        let body::Read { mut tree, warnings } = body::read(resource, json, params.field_validation)?;
        let namespace = target.namespace.as_deref().unwrap_or_default();
        settle_namespace(resource, namespace, &mut tree)?;
        let admitted = self.admit(resource, namespace, Act::Create, &tree)?;
        let created = self.create_named(resource, tree, params.dry_run)?;
        if !params.dry_run {
            if super::namespaces::is_namespace(resource) {
                self.furnish(created.key().name());
            }
            self.settle_after_create(resource, namespace, admitted).await;
        }
        Ok(Answer::new(201, Content::Object(created)).with_warnings(warnings))
    }

    /// Creates an object under its name, or under one that is made for it.
    pub(super) fn create_named(&self, resource: &Resource, tree: Tree, dry_run: bool) -> Result<Stored, Status> {
        let base = tree.meta_text("generateName");
        if base.is_empty() || !tree.name().is_empty() {
            let name = tree.name().to_owned();
            return self.create_tree(resource, tree, dry_run).map_err(|refusal| refusal.into_status(resource, &name));
        }
        let base = base.char_indices().take_while(|(at, c)| at + c.len_utf8() <= NAME_BASE).map(|(_, c)| c);
        let base: String = base.collect();
        let mut name = String::new();
        for _ in 0..NAME_TRIES {
            name = format!("{base}{}", self.sources.suffix());
            let mut named = tree.clone();
            named.set_meta("name", Some(name.as_str().into()));
            match self.create_tree(resource, named, dry_run) {
                Err(Refusal::Exists(_)) => {}
                Err(Refusal::Status(status)) => return Err(status),
                Ok(created) => return Ok(created),
            }
        }
        Err(Status::generate_name_conflict(&resource.gvr, &name, 1))
    }

    /// Creates an object under the name that it says.
    pub(super) fn create_tree(&self, resource: &Resource, mut tree: Tree, dry_run: bool) -> Result<Stored, Refusal> {
        for field in SYSTEM_FIELDS {
            tree.set_meta(field, None);
        }
        tree.set_meta("uid", Some(self.sources.uid().into()));
        tree.set_meta("creationTimestamp", Some(self.sources.now().to_string().into()));
        strategy::defaults(resource, &mut tree);
        strategy::prepare_create(resource, &mut tree);
        let causes = validate::create(resource, &tree);
        if !causes.is_empty() {
            return Err(Refusal::Status(Status::invalid(&resource.kind, tree.name(), causes)));
        }
        if !tree.meta_text("resourceVersion").is_empty() {
            let message = "resourceVersion should not be set on objects to be created";
            return Err(Refusal::Status(Status::failure(Reason::Unknown, message).with_code(500)));
        }
        let key = Key::new(tree.namespace(), tree.name());
        if dry_run {
            return match self.get(resource, &key) {
                Some(found) => Err(Refusal::Exists(found)),
                None => Ok(answered(resource, &tree)),
            };
        }
        let encoded = Encoded::new(resource, &tree);
        let labels = labels(self.storage.interner(), &tree);
        let made = |version| Next::Put(encoded.stored(resource, key.clone(), labels, ChangeKind::Added, version));
        match self.storage.commit(&resource.gvr, &key, Expect::Absent, made) {
            Ok(committed) => Ok(committed.object),
            Err(clash) => match clash.current {
                Some(found) => Err(Refusal::Exists(found)),
                None => Err(Refusal::Status(Status::server_timeout(&resource.gvr, "create", 1))),
            },
        }
    }
}

/// The namespace of an object is the one of the URL; one that an object of the cluster says is dropped.
pub(super) fn settle_namespace(resource: &Resource, namespace: &str, tree: &mut Tree) -> Result<(), Status> {
    if !resource.is_namespaced() {
        tree.set_meta("namespace", None);
        return Ok(());
    }
    match tree.namespace() {
        "" => tree.set_meta("namespace", Some(namespace.into())),
        said if said == namespace => {}
        _ => {
            let message = "the namespace of the provided object does not match the namespace sent on the request";
            return Err(Status::bad_request(message));
        }
    }
    Ok(())
}
