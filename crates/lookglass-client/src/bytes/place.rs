//! Where in a body something is wrong, as errors show it: [`Place`].

use std::fmt;

use lookglass_object::{Encoding, Family};

use crate::BoxError;

/// Where in a body something is wrong, with the first bytes of the frame, or of the list, that it is in.
#[derive(Debug)]
pub(crate) struct Place {
    offset: u64,
    begin: String,
    source: Option<BoxError>,
}

/// How many bytes are shown: the type of an event, or the kind of a list.
pub(super) const SHOWN: usize = 40;

impl Place {
    pub(crate) fn new(offset: u64, begin: String) -> Self {
        Self { offset, begin, source: None }
    }

    pub(crate) fn of(self, source: Option<BoxError>) -> Self {
        Self { source, ..self }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at byte {} of the answer", self.offset)?;
        if self.begin.is_empty() { Ok(()) } else { write!(f, ", in what begins with {}", self.begin) }
    }
}

impl std::error::Error for Place {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// Whether nothing that came may be shown: what begins in the middle, because a server frames otherwise, may begin with the data of a Secret.
pub(crate) fn is_secret(family: &Family) -> bool {
    family.gvk().group().is_empty() && family.gvk().kind() == "Secret"
}

/// The first bytes of a frame or of a list, up to where an object begins.
pub(crate) fn shown(encoding: Encoding, bytes: &[u8], is_secret: bool) -> String {
    let bytes = &bytes[..bytes.len().min(SHOWN)];
    let find = |mark: &[u8]| memchr::memmem::find(bytes, mark);
    let end = match encoding {
        Encoding::Json => {
            [&b"\"object\""[..], b"\"items\"", b"\"data\"", b"\"stringData\""].into_iter().filter_map(find).min()
        }
        // Behind the type of an event; a list begins with it.
        Encoding::Protobuf => find(b"k8s\0").filter(|at| *at > 0),
    };
    match &bytes[..end.unwrap_or(bytes.len())] {
        [] => String::new(),
        _ if is_secret => "bytes that may be a Secret's, so they are not shown".to_owned(),
        begin => format!("\"{}\"", begin.escape_ascii()),
    }
}
