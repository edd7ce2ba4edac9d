//! Credentials in files that somebody else renews. Time is paused: it goes on only where a test says so.

use std::{fs, sync::Arc, time::Duration};

use http::HeaderValue;
use tokio::time::advance;

use super::{Folder, config, is_pem_of, pem, replace};
use crate::{
    auth::{AuthError, Credentials, Material},
    config::{Login, Pem},
};

async fn header(credentials: &Credentials) -> String {
    let header = credentials.authorization().await.unwrap().unwrap();
    assert!(header.is_sensitive());
    header.to_str().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn fixed_logins_are_headers() {
    assert_eq!(header(&Credentials::new(&config().token("a"))).await, "Bearer a");
    assert_eq!(header(&Credentials::new(&config().basic("joe", "pw"))).await, "Basic am9lOnB3");
    assert!(Credentials::new(&config()).authorization().await.unwrap().is_none());
    let error = Credentials::new(&config().token("a\nb")).authorization().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the token holds characters that no header can carry, such as a line's end; was the right thing copied?"
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_file_is_read_again_within_a_minute() {
    let folder = Folder::new();
    let path = folder.write("token", "first\n");
    let credentials = Credentials::new(&config().token_file(&path));
    assert_eq!(header(&credentials).await, "Bearer first");
    replace(&path, "second");
    assert_eq!(header(&credentials).await, "Bearer first");
    advance(Duration::from_secs(60)).await;
    assert_eq!(header(&credentials).await, "Bearer second");
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_read_again_at_once_and_only_if_it_was_this_one() {
    let folder = Folder::new();
    let path = folder.write("token", "first");
    let credentials = Credentials::new(&config().token_file(&path));
    let first = credentials.authorization().await.unwrap();
    replace(&path, "second");
    credentials.refused(first.as_ref());
    let second = credentials.authorization().await.unwrap();
    assert_eq!(second.as_ref().unwrap(), "Bearer second");
    // The other requests that went out with the first token are answered only now.
    replace(&path, "third");
    credentials.refused(first.as_ref());
    credentials.refused(None);
    assert_eq!(credentials.authorization().await.unwrap(), second);
    credentials.refused(second.as_ref());
    assert_eq!(header(&credentials).await, "Bearer third");
}

#[tokio::test(start_paused = true)]
async fn a_token_file_that_turns_bad_takes_nothing_away() {
    let folder = Folder::new();
    let path = folder.write("token", "good");
    let credentials = Credentials::new(&config().token_file(&path));
    let good = credentials.authorization().await.unwrap();
    assert!(credentials.problem().is_none());
    for bad in [Some(""), Some(" \n"), Some("a\nb"), None] {
        match bad {
            Some(content) => replace(&path, content),
            None => fs::remove_file(&path).unwrap(),
        }
        credentials.refused(good.as_ref());
        assert_eq!(credentials.authorization().await.unwrap(), good, "{bad:?}");
        assert!(credentials.problem().is_some(), "{bad:?}");
    }
    fs::write(&path, "better").unwrap();
    // It is not read at each request while it is bad, but soon.
    assert_eq!(credentials.authorization().await.unwrap(), good);
    advance(Duration::from_secs(10)).await;
    assert_eq!(header(&credentials).await, "Bearer better");
    assert!(credentials.problem().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_token_file_that_never_was_is_an_error_unless_a_token_stands_in() {
    let folder = Folder::new();
    let path = folder.path("token");
    let credentials = Credentials::new(&config().token_file(&path));
    let error = credentials.authorization().await.unwrap_err();
    assert!(matches!(&error, AuthError::Read { path: named, .. } if *named == path), "{error:?}");
    let message = error.to_string().replace(&path.display().to_string(), "FILE");
    assert_eq!(message, "token file FILE: cannot be read; check that it is there, and who may read it");

    let mut with_token = config();
    with_token.login = Login::TokenFile { path: path.clone(), fallback: Some("inline".into()) };
    let credentials = Credentials::new(&with_token);
    assert_eq!(header(&credentials).await, "Bearer inline");
    fs::write(&path, "in the file").unwrap();
    advance(Duration::from_secs(10)).await;
    assert_eq!(header(&credentials).await, "Bearer in the file");
}

#[tokio::test(start_paused = true)]
async fn many_requests_at_once_get_one_token() {
    let folder = Folder::new();
    let path = folder.write("token", "a");
    let credentials = Credentials::new(&config().token_file(&path));
    let all: Vec<_> = (0..50)
        .map(|_| {
            tokio::spawn({
                let credentials = credentials.clone();
                async move { credentials.authorization().await.unwrap() }
            })
        })
        .collect();
    for one in all {
        assert_eq!(one.await.unwrap(), Some(HeaderValue::from_static("Bearer a")));
    }
}

async fn material(credentials: &Credentials) -> Material {
    credentials.material().await.unwrap()
}

fn pair(material: &Material) -> (String, String) {
    let (certificate, key) = material.identity.as_ref().unwrap();
    let line = |pem: &Arc<[u8]>| String::from_utf8_lossy(pem).lines().nth(1).unwrap().to_owned();
    (line(certificate), line(key))
}

#[tokio::test(start_paused = true)]
async fn inline_material_never_changes() {
    let config = config().ca(Pem::inline(pem("ca"))).identity(Pem::inline(pem("c")), Pem::inline(pem("k")));
    let credentials = Credentials::new(&config);
    for _ in 0..3 {
        let material = material(&credentials).await;
        assert_eq!(material.generation, 1);
        assert!(is_pem_of(material.ca.as_ref().unwrap(), "ca"));
        assert_eq!(pair(&material), ("c".to_owned(), "k".to_owned()));
        advance(Duration::from_secs(100)).await;
    }
    let nothing = material(&Credentials::new(&super::config())).await;
    assert!(nothing.ca.is_none() && nothing.identity.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_new_authority_is_found_within_seconds_and_counted_once() {
    let folder = Folder::new();
    let path = folder.write("ca.pem", &pem("old"));
    let credentials = Credentials::new(&config().ca(Pem::file(&path)));
    assert_eq!(material(&credentials).await.generation, 1);
    replace(&path, &pem("a new one"));
    assert_eq!(material(&credentials).await.generation, 1, "looked at too often");
    advance(Duration::from_secs(5)).await;
    for _ in 0..3 {
        let material = material(&credentials).await;
        assert_eq!(material.generation, 2);
        assert!(is_pem_of(material.ca.as_ref().unwrap(), "a new one"));
        advance(Duration::from_secs(5)).await;
    }
    // Written again with the same content, it is the same.
    replace(&path, &pem("a new one"));
    advance(Duration::from_secs(5)).await;
    assert_eq!(material(&credentials).await.generation, 2);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_looks_the_same_is_read_again_within_a_minute() {
    let folder = Folder::new();
    let path = folder.write("ca.pem", &pem("old"));
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    let credentials = Credentials::new(&config().ca(Pem::file(&path)));
    material(&credentials).await;
    fs::write(&path, pem("new")).unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
    advance(Duration::from_secs(5)).await;
    assert_eq!(material(&credentials).await.generation, 1);
    advance(Duration::from_secs(60)).await;
    assert_eq!(material(&credentials).await.generation, 2);
}

#[tokio::test(start_paused = true)]
async fn a_bad_new_authority_keeps_the_old_one_and_is_reported() {
    let folder = Folder::new();
    let path = folder.write("ca.pem", &pem("old"));
    let credentials = Credentials::new(&config().ca(Pem::file(&path)));
    material(&credentials).await;
    for bad in [Some("half a fi"), Some(""), None] {
        match bad {
            Some(content) => replace(&path, content),
            None => fs::remove_file(&path).unwrap(),
        }
        advance(Duration::from_secs(5)).await;
        let kept = material(&credentials).await;
        assert!(kept.generation == 1 && is_pem_of(kept.ca.as_ref().unwrap(), "old"), "{bad:?}");
        assert!(credentials.problem().is_some(), "{bad:?}");
    }
    fs::write(&path, pem("new")).unwrap();
    advance(Duration::from_secs(5)).await;
    assert_eq!(material(&credentials).await.generation, 2);
    assert!(credentials.problem().is_none());
}

#[tokio::test(start_paused = true)]
async fn material_that_never_was_good_is_an_error_until_it_is() {
    let folder = Folder::new();
    let path = folder.write("ca.pem", "no pem");
    let credentials = Credentials::new(&config().ca(Pem::file(&path)));
    let message = credentials.material().await.unwrap_err().to_string();
    assert_eq!(
        message.replace(&path.display().to_string(), "FILE"),
        "certificate authority FILE: holds no PEM block (-----BEGIN ...-----); was the right file, or the right data, named?"
    );
    replace(&path, &pem("good"));
    assert_eq!(material(&credentials).await.generation, 1);
    let error = Credentials::new(&config().ca(Pem::inline("no pem"))).material().await.unwrap_err();
    assert!(matches!(error, AuthError::Content { path: None, .. }), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_certificate_and_its_key_change_together() {
    let folder = Folder::new();
    let certificate = folder.write("tls.crt", &pem("c1"));
    let key = folder.write("tls.key", &pem("k1"));
    let credentials = Credentials::new(&config().identity(Pem::file(&certificate), Pem::file(&key)));
    assert_eq!(pair(&material(&credentials).await), ("c1".to_owned(), "k1".to_owned()));

    // Seen in between, the half that is new waits for the other.
    replace(&certificate, &pem("c2"));
    advance(Duration::from_secs(5)).await;
    assert_eq!(pair(&material(&credentials).await), ("c1".to_owned(), "k1".to_owned()));
    replace(&key, &pem("k2"));
    advance(Duration::from_secs(5)).await;
    let both = material(&credentials).await;
    assert_eq!((both.generation, pair(&both)), (2, ("c2".to_owned(), "k2".to_owned())));

    // A refusal does not wait for the next look.
    replace(&certificate, &pem("c2b"));
    replace(&key, &pem("k2"));
    credentials.refused(None);
    assert_eq!(material(&credentials).await.generation, 2);
    credentials.refused(None);
    assert_eq!(pair(&material(&credentials).await).0, "c2b");

    // A certificate that was renewed for the same key does not wait for ever.
    replace(&certificate, &pem("c3"));
    advance(Duration::from_secs(5)).await;
    assert_eq!(material(&credentials).await.generation, 3);
    advance(Duration::from_secs(5)).await;
    let renewed = material(&credentials).await;
    assert_eq!((renewed.generation, pair(&renewed)), (4, ("c3".to_owned(), "k2".to_owned())));
}

#[tokio::test]
async fn debug_shows_none_of_it() {
    let config = config().token("s3cr3t").identity(Pem::inline(pem("s3cr3t")), Pem::inline(pem("s3cr3t")));
    let credentials = Credentials::new(&config);
    let header = credentials.authorization().await.unwrap();
    let printed = format!("{credentials:?} {:?} {header:?}", credentials.material().await.unwrap());
    assert!(!printed.contains("s3cr3t"), "{printed}");
}
