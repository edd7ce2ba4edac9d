//! Changes of objects.

use lookglass_object::{Key, Reason, Status, StatusCause};
use lookglass_protocol::{Answer, ChangeKind, Content, Resource, Stored, Target, params::WriteParams};
use serde_json::Value;

use super::{
    Writer,
    admission::Act,
    body,
    create::{Refusal, settle_namespace},
    encode::{Encoded, answered, labels},
    strategy::{self, Door},
    tree::{Metadata as _, Tree},
    tree_of, validate,
};
use crate::storage::{Expect, Next};

/// One change of one object: what is to be had of it, and what may refuse it.
pub(super) struct Change<'c> {
    pub(super) target: &'c Target,
    pub(super) door: Door,
    /// The uid the object must have.
    pub(super) uid: Option<String>,
    pub(super) dry_run: bool,
}

/// How a change ended.
pub(super) enum Outcome {
    /// The object as it is now; also where nothing had to be changed.
    Updated(Stored),
    /// There was none, so it was created.
    Created(Stored),
}

impl Writer {
    /// Puts what a client sends in the place of what is there.
    pub(super) fn replace(&self, target: &Target, json: &[u8], params: &WriteParams) -> Result<Answer, Status> {
        let resource = &*target.resource;
        let body::Read { mut tree, warnings } = body::read(resource, json, params.field_validation)?;
        settle_namespace(resource, target.namespace.as_deref().unwrap_or_default(), &mut tree)?;
        check_name(target, &tree)?;
        let uid = Some(tree.meta_text("uid").to_owned()).filter(|uid| !uid.is_empty());
        let change = Change { target, door: Door::of(target.subresource.as_deref()), uid, dry_run: params.dry_run };
        let outcome = self.change(&change, |_| Ok(tree.clone()))?;
        let (code, object) = match outcome {
            Outcome::Updated(object) => (200, object),
            Outcome::Created(object) => (201, object),
        };
        Ok(Answer::new(code, Content::Object(object)).with_warnings(warnings))
    }

    /// Makes of an object what `make` makes of it, again if another write comes between. Where there is no object, `make` gets none.
    pub(super) fn change(
        &self,
        change: &Change<'_>,
        mut make: impl FnMut(Option<&Tree>) -> Result<Tree, Status>,
    ) -> Result<Outcome, Status> {
        let resource = &*change.target.resource;
        let name = change.target.name.as_deref().unwrap_or_default();
        let namespace = change.target.namespace.as_deref().unwrap_or_default();
        let key = Key::new(namespace, name);
        loop {
            let current = self.get(resource, &key);
            let old = current.as_ref().map(tree_of).transpose()?;
            check_uid(change, &key, old.as_ref())?;
            let (Some(current), Some(old)) = (current, old) else {
                if !resource.create_on_update || change.door != Door::Main {
                    return Err(Status::not_found(&resource.gvr, name));
                }
                let tree = make(None)?;
                self.admit(resource, namespace, Act::Create, &tree)?;
                match self.create_tree(resource, tree, change.dry_run) {
                    Ok(created) => return Ok(Outcome::Created(created)),
                    Err(Refusal::Exists(_)) => continue,
                    Err(Refusal::Status(status)) => return Err(status),
                }
            };
            let mut new = make(Some(&old))?;
            check_version(resource, name, &mut new, current.version())?;
            strategy::defaults(resource, &mut new);
            strategy::prepare_update(resource, change.door, &mut new, &old);
            let causes = validate::update(resource, change.door, &new, &old);
            if !causes.is_empty() {
                return Err(Status::invalid(&resource.kind, name, causes));
            }
            self.admit(resource, namespace, Act::Update, &new)?;
            if let Some(outcome) = self.put(change, &key, &current, &old, &new) {
                return Ok(Outcome::Updated(outcome));
            }
        }
    }

    /// Puts a successor in an object's place, or removes the object if that is what the successor means; `None` if another write came between.
    fn put(&self, change: &Change<'_>, key: &Key, current: &Stored, old: &Tree, new: &Tree) -> Option<Stored> {
        let resource = &*change.target.resource;
        if is_end(resource, new, old) {
            if !change.dry_run {
                // What is told of the end is the last state that was stored, with the finalizer.
                self.remove(resource, current, old)?;
            }
            return Some(answered(resource, new));
        }
        if new == old {
            return Some(current.clone());
        }
        if change.dry_run {
            return Some(answered(resource, new));
        }
        let encoded = Encoded::new(resource, new);
        let labels = labels(self.storage.interner(), new);
        let made = |version| Next::Put(encoded.stored(resource, key.clone(), labels, ChangeKind::Modified, version));
        let committed = self.storage.commit(&resource.gvr, key, Expect::Version(current.version()), made);
        committed.ok().map(|committed| committed.object)
    }

    /// Removes an object as it is; `None` if it is not so any more.
    pub(super) fn remove(&self, resource: &Resource, current: &Stored, tree: &Tree) -> Option<Stored> {
        let encoded = Encoded::new(resource, tree);
        let made = |version| {
            let (key, labels) = (current.key().clone(), current.labels().clone());
            Next::Remove(encoded.stored(resource, key, labels, ChangeKind::Deleted, version))
        };
        let committed = self.storage.commit(&resource.gvr, current.key(), Expect::Version(current.version()), made);
        committed.ok().map(|committed| committed.object)
    }
}

/// The name and namespace of an object are those of the URL.
pub(super) fn check_name(target: &Target, tree: &Tree) -> Result<(), Status> {
    let (name, said) = (target.name.as_deref().unwrap_or_default(), tree.name());
    if said.is_empty() {
        let message = format!("the name of the object ({name} based on URL) was undeterminable: name must be provided");
        return Err(Status::bad_request(message));
    }
    if said != name {
        let message = format!("the name of the object ({said}) does not match the name on the URL ({name})");
        return Err(Status::bad_request(message));
    }
    let (namespace, said) = (target.namespace.as_deref().unwrap_or_default(), tree.namespace());
    if !namespace.is_empty() && !said.is_empty() && said != namespace {
        let message =
            format!("the namespace of the object ({said}) does not match the namespace on the request ({namespace})");
        return Err(Status::bad_request(message));
    }
    Ok(())
}

fn check_uid(change: &Change<'_>, key: &Key, old: Option<&Tree>) -> Result<(), Status> {
    let found = old.map_or("", |old| old.meta_text("uid"));
    match &change.uid {
        Some(wanted) if wanted != found => {
            let gvr = &change.target.resource.gvr;
            // Keys in etcd are those of groups, but for core.
            let prefix = if gvr.group().is_empty() { String::new() } else { format!("{}/", gvr.group()) };
            let why = format!(
                "StorageError: invalid object, Code: 4, Key: /registry/{prefix}{}/{key}, ResourceVersion: 0, AdditionalErrorMsg: \
                 Precondition failed: UID in precondition: {wanted}, UID in object meta: {found}",
                gvr.resource()
            );
            Err(Status::conflict(gvr, key.name(), why))
        }
        _ => Ok(()),
    }
}

/// The version that a successor says must be the one it succeeds; where none is needed it is filled in.
fn check_version(resource: &Resource, name: &str, new: &mut Tree, current: u64) -> Result<(), Status> {
    let said = new.meta_text("resourceVersion");
    let number =
        if said.is_empty() { 0 } else { said.parse::<u64>().map_err(|error| malformed_version(said, &error))? };
    match number {
        0 if resource.unconditional_update => {}
        0 => {
            let cause =
                validate::invalid("metadata.resourceVersion", &Value::from(0), "must be specified for an update");
            return Err(needs_version(resource, name, cause));
        }
        number if number == current => return Ok(()),
        _ => return Err(Status::conflict(&resource.gvr, name, Status::MODIFIED)),
    }
    new.set_meta("resourceVersion", Some(current.to_string().into()));
    Ok(())
}

/// The real server says the resource here where it says the kind elsewhere.
fn needs_version(resource: &Resource, name: &str, cause: StatusCause) -> Status {
    let kind = resource.gvr.group_version().clone().kind(resource.gvr.resource().to_owned());
    Status::invalid(&kind, name, vec![cause])
}

fn malformed_version(said: &str, error: &std::num::ParseIntError) -> Status {
    let why = match error.kind() {
        std::num::IntErrorKind::PosOverflow => "value out of range",
        _ => "invalid syntax",
    };
    let said = lookglass_object::Quoted(said);
    let message = format!("resourceVersion: Invalid value: {said}: strconv.ParseUint: parsing {said}: {why}");
    Status::failure(Reason::Unknown, message).with_code(500)
}

/// Whether the successor of an object that is being deleted holds it no longer.
fn is_end(resource: &Resource, new: &Tree, old: &Tree) -> bool {
    let waits = old.meta_number("deletionGracePeriodSeconds").unwrap_or_default() > 0;
    let held = super::namespaces::is_namespace(resource) && super::namespaces::has_finalizers(new);
    old.deletion().is_some() && new.finalizers().is_empty() && !waits && !held
}
