//! One HTTP client, one set of credentials and one retry rule, shared by the clients of all services.

use crate::{address, connector::Connector, service::Service};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_types::region::Region;
use countersign_core::{Error, Result};
use countersign_http::{Client, Roots};
use std::{fmt, time::Duration};

/// How long connecting may take.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// How long one attempt may take, from connecting to the end of the answer.
pub const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
/// How often a call is tried in all.
pub const ATTEMPTS: u32 = 3;

/// Where and as whom to call, as the environment says.
#[derive(Clone, Default)]
pub struct Settings {
    /// The region.
    pub region: String,
    /// The id of the access key.
    pub access_key_id: String,
    /// The secret of the access key.
    pub secret_access_key: String,
    /// The token of a temporary access key.
    pub session_token: Option<String>,
    /// Another address than Amazon's for every service: `https`, or `http` on this machine only.
    pub endpoint_url: Option<String>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { region, endpoint_url, .. } = self;
        f.debug_struct("Settings")
            .field("region", region)
            .field("endpoint_url", endpoint_url)
            .finish_non_exhaustive()
    }
}

/// What the calls of all services share. Cheap to clone; opens no connection by itself.
#[derive(Clone, Debug)]
pub struct Session {
    region: Region,
    endpoint_url: Option<String>,
    credentials: SharedCredentialsProvider,
    connector: Connector,
}

impl Session {
    /// A session in which only certificates below Amazon's own roots are trusted.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an address that is neither `https` nor `http` on this machine, and for a region that is not
    /// one of the commercial, the Chinese or the US government's partition; [`Error::Broken`] if TLS cannot be set up.
    pub fn open(settings: Settings) -> Result<Self> {
        check_endpoint(settings.endpoint_url.as_deref())?;
        address::check(&settings.region)?;
        let http = Client::new(Roots::Amazon, CONNECT_TIMEOUT, ATTEMPT_TIMEOUT);
        let http = http.map_err(|_| Error::Broken("TLS cannot be set up for AWS".into()))?;
        Ok(Self {
            credentials: credentials(&settings),
            region: Region::new(settings.region),
            endpoint_url: settings.endpoint_url,
            connector: Connector::new(http),
        })
    }

    pub(crate) fn service(&self, name: &'static str) -> Service {
        self.service_at(name, name)
    }

    /// A service whose calls are signed for one name and go to the address of another.
    pub(crate) fn service_at(&self, name: &'static str, host: &str) -> Service {
        let regional = || address::regional(host, self.region.as_ref());
        let address = self.endpoint_url.clone().unwrap_or_else(regional);
        let (region, credentials) = (self.region.clone(), self.credentials.clone());
        Service::new(name, address, region, credentials, self.connector.clone())
    }
}

fn credentials(settings: &Settings) -> SharedCredentialsProvider {
    SharedCredentialsProvider::new(Credentials::new(
        &settings.access_key_id,
        &settings.secret_access_key,
        settings.session_token.clone(),
        None,
        "environment",
    ))
}

/// Plain HTTP is for this machine only.
fn check_endpoint(endpoint: Option<&str>) -> Result<()> {
    let Some(rest) = endpoint.and_then(|url| url.strip_prefix("http://")) else {
        let secure = endpoint.is_none_or(|url| url.starts_with("https://"));
        return if secure { Ok(()) } else { Err(bad_endpoint()) };
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.strip_prefix("[::1]").map_or_else(|| authority.split(':').next(), |_| Some("::1"));
    match host {
        Some("localhost" | "127.0.0.1" | "::1") if !authority.contains('@') => Ok(()),
        _ => Err(bad_endpoint()),
    }
}

fn bad_endpoint() -> Error {
    Error::invalid("AWS_ENDPOINT_URL", "must be https://, or http:// on this machine".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(endpoint: Option<&str>, good: bool) {
        assert_eq!(check_endpoint(endpoint).is_ok(), good, "{endpoint:?}");
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        check(None, true);
        check(Some("https://dynamodb.example"), true);
        for local in ["http://127.0.0.1:4566", "http://localhost/", "http://[::1]:4566", "http://localhost?x"]
        {
            check(Some(local), true);
        }
        for bad in [
            "",
            "http://",
            "http://10.0.0.1",
            "http://localhost.harbour.example",
            "http://127.0.0.1@harbour.example",
            "http://localhost:80@harbour.example",
            "http://harbour.example/127.0.0.1",
            "ftp://localhost",
            "localhost:4566",
        ] {
            check(Some(bad), false);
        }
    }

    #[test]
    fn settings_print_no_secret() {
        let settings = Settings {
            region: "eu-central-1".into(),
            access_key_id: "the-key-id".into(),
            secret_access_key: "the-secret".into(),
            session_token: Some("the-token".into()),
            endpoint_url: None,
        };
        let printed = format!("{settings:?} {:?}", Session::open(settings.clone()).unwrap());
        for secret in ["the-secret", "the-token"] {
            assert!(!printed.contains(secret), "{printed}");
        }
        assert!(printed.contains("eu-central-1"));
    }
}
