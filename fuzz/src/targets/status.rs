//! What an API server answers instead of an object.

use lookglass_object::Status;

/// A status that is written and read again is the same one, and is told as no more than one reason.
pub(crate) fn status(input: &[u8]) {
    let Ok(status) = serde_json::from_slice::<Status>(input) else { return };
    let text = serde_json::to_string(&status).expect("a status can be written");
    let again: Status = serde_json::from_str(&text).expect("what is written can be read");
    assert!(again == status, "{text}");
    assert_eq!(serde_json::to_string(&again).expect("a status can be written"), text);
    let typed: Result<k8s_openapi::apimachinery::pkg::apis::meta::v1::Status, _> = serde_json::from_str(&text);
    let typed = typed.expect("what is written is a Status");
    assert_eq!(typed.code.unwrap_or_default(), status.code());
    assert_eq!(typed.message.unwrap_or_default(), status.message());
    let reasons = [
        status.is_not_found(),
        status.is_already_exists(),
        status.is_conflict(),
        status.is_invalid(),
        status.is_bad_request(),
        status.is_unauthorized(),
        status.is_forbidden(),
        status.is_timeout(),
        status.is_internal_error(),
        status.is_service_unavailable(),
    ];
    assert!(reasons.iter().filter(|is| **is).count() <= 1, "{reasons:?}");
}
