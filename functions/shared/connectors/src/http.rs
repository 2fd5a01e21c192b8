//! The one HTTP client of a process, and the addresses that it may be pointed at.

pub(crate) mod retry_after;
pub(crate) mod service;

use countersign_core::{Error, Result};
use countersign_http::{Client, Roots};
use std::{net::IpAddr, time::Duration};
use url::Url;

/// Longest wait for a connection.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Longest wait for a whole answer, the connection included.
pub const TOTAL_TIMEOUT: Duration = Duration::from_secs(8);

/// Longest answer that is read, in bytes.
pub const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// The client that all connectors of a process share. It trusts the roots that are compiled in.
///
/// # Errors
/// [`Error::Broken`] if TLS cannot be set up.
pub fn client() -> Result<Client> {
    client_that_waits(CONNECT_TIMEOUT, TOTAL_TIMEOUT)
}

pub(crate) fn client_that_waits(connect: Duration, total: Duration) -> Result<Client> {
    let client = Client::new(Roots::Public, connect, total);
    client.map_err(|_| Error::Broken("TLS cannot be set up".into()))
}

/// Reads an address from the configuration: `https`, or `http` to this very machine.
///
/// # Errors
/// [`Error::Invalid`] that names `what`; the address itself is not repeated, since it may hold a password.
pub fn checked_address(what: &'static str, text: &str) -> Result<Url> {
    let bad = |why: &str| Error::invalid(what, why.into());
    let url = Url::parse(text).map_err(|_| bad("must be an address like https://example.com/"))?;
    let safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    if !safe {
        return Err(bad("must begin with https, unless it is this machine"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad("must not hold a user name or password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(bad("must not hold a query or fragment"));
    }
    Ok(url)
}

/// The root of an API: the address as it is if it has a path, else with `api/v1` after it.
pub(crate) fn api_root(what: &'static str, text: &str) -> Result<Url> {
    let mut url = checked_address(what, text)?;
    let path = match url.path().trim_end_matches('/') {
        "" => "/api/v1/".to_owned(),
        path => format!("{path}/"),
    };
    url.set_path(&path);
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(address: &str, root: Option<&str>) {
        let read = api_root("the address of the test", address);
        assert_eq!(read.as_ref().ok().map(Url::as_str), root, "{address}");
        if let Err(error) = read {
            assert!(error.to_string().starts_with("the address of the test: "), "{error}");
            assert!(!error.to_string().contains("hunter2"));
        }
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        check("https://harbour.example", Some("https://harbour.example/api/v1/"));
        check("https://harbour.example/", Some("https://harbour.example/api/v1/"));
        check("http://127.0.0.1:4010", Some("http://127.0.0.1:4010/api/v1/"));
        check("http://127.9.9.9:4010/", Some("http://127.9.9.9:4010/api/v1/"));
        check("http://[::1]:4010/", Some("http://[::1]:4010/api/v1/"));
        check("http://localhost:4010/", Some("http://localhost:4010/api/v1/"));
        check("https://gateway.example/api/harbour/v1", Some("https://gateway.example/api/harbour/v1/"));
        for bad in [
            "",
            "harbour.example",
            "http://harbour.example/",
            "http://localhost.harbour.example/",
            "http://127.0.0.1.harbour.example/",
            "http://10.0.0.1/",
            "http://[::2]/",
            "http://0.0.0.0/",
            "ftp://127.0.0.1/",
            "file:///etc/hosts",
            "https://ada:hunter2@harbour.example/",
            "https://ada@harbour.example/",
            "https://harbour.example/?key=hunter2",
            "https://harbour.example/#hunter2",
        ] {
            check(bad, None);
        }
    }

    #[test]
    fn the_client_waits_as_long_as_is_promised_and_no_longer() {
        assert!(client().is_ok());
        assert!(CONNECT_TIMEOUT < TOTAL_TIMEOUT);
    }
}
