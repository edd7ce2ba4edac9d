//! Refusals of options, worded as `field.Error` words them.

use lookglass_object::{Gvk, Status, StatusCause};

/// What is wrong with the options of one request.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<StatusCause>);

impl Problems {
    pub(super) fn forbidden(&mut self, field: &str, why: &str) {
        self.push("FieldValueForbidden", format!("Forbidden: {why}"), field);
    }

    pub(super) fn required(&mut self, field: &str, why: &str) {
        self.push("FieldValueRequired", format!("Required value: {why}"), field);
    }

    /// `value` as it is to be shown.
    pub(super) fn invalid(&mut self, field: &str, value: &str, why: &str) {
        self.push("FieldValueInvalid", format!("Invalid value: {value}: {why}"), field);
    }

    /// `value` as it is to be shown; the supported ones are quoted here.
    pub(super) fn not_supported(&mut self, field: &str, value: &str, supported: &[&str]) {
        let supported: Vec<String> = supported.iter().map(|value| format!("{value:?}")).collect();
        let message = format!("Unsupported value: {value}: supported values: {}", supported.join(", "));
        self.push("FieldValueNotSupported", message, field);
    }

    pub(super) fn too_long(&mut self, field: &str, limit: usize) {
        self.push("FieldValueTooLong", format!("Too long: may not be more than {limit} bytes"), field);
    }

    /// 422 if there is any; `options` is the kind that holds the fields.
    pub(super) fn settle(self, options: &'static str) -> Result<(), Status> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(Status::invalid(&Gvk::new("meta.k8s.io", "v1", options), "", self.0))
    }

    fn push(&mut self, reason: &str, message: String, field: &str) {
        self.0.push(StatusCause::new(reason, message, field));
    }
}
