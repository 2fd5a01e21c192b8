//! Calls of one service: the SDK's operations, signing and retries without its clients.
//!
//! A client of the SDK would read the list of all regions there are when it is made, which takes longer than all else of
//! a start, and links what parses it. The address of a service in one region needs no list.

use crate::session::ATTEMPTS;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::{
    auth::sigv4::{SCHEME_ID, SigV4AuthScheme},
    invocation_id::InvocationIdInterceptor,
    recursion_detection::RecursionDetectionInterceptor,
    request_info::RequestInfoInterceptor,
    service_clock_skew::ServiceClockSkewInterceptor,
};
use aws_smithy_runtime::client::{
    defaults::{
        DefaultPluginParams, default_retry_config_plugin_v2, default_sleep_impl_plugin,
        default_time_source_plugin,
    },
    identity::IdentityCache,
    orchestrator::invoke,
    retries::classifiers::HttpStatusCodeClassifier,
};
use aws_smithy_runtime_api::client::{
    auth::static_resolver::StaticAuthSchemeOptionResolver,
    endpoint::{EndpointFuture, EndpointResolverParams, ResolveEndpoint},
    http::HttpClient,
    interceptors::{SharedInterceptor, context},
    orchestrator::HttpResponse,
    result::{CreateUnhandledError, SdkError},
    runtime_components::RuntimeComponentsBuilder,
    runtime_plugin::{RuntimePlugin, RuntimePlugins, StaticRuntimePlugin},
};
use aws_smithy_types::{
    config_bag::Layer, endpoint::Endpoint, error::operation::BuildError, retry::RetryConfig,
    timeout::TimeoutConfig,
};
use aws_types::{
    SigningName,
    region::{Region, SigningRegion},
};
use std::{error::Error, fmt};

#[cfg(test)]
mod tests;

/// An operation of the SDK with what it takes and answers.
pub(crate) trait Operation: RuntimePlugin + Default + 'static {
    type Input: fmt::Debug + Send + Sync + 'static;
    type Output: fmt::Debug + Send + Sync + 'static;
    type Error: Error + CreateUnhandledError + Send + Sync + 'static;
}

/// Says what an operation takes and answers, by the SDK's names.
macro_rules! operation {
    ($($path:ident)::+, $name:ident, $input:ident, $output:ident, $error:ident) => {
        impl crate::service::Operation for $($path)::+::$name {
            type Input = $($path)::+::$input;
            type Output = $($path)::+::$output;
            type Error = $($path)::+::$error;
        }
    };
}
pub(crate) use operation;

/// What came of a call of an operation.
pub(crate) type Answer<O> = Result<<O as Operation>::Output, SdkError<<O as Operation>::Error, HttpResponse>>;

/// One service of AWS in one region. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    plugins: RuntimePlugins,
}

impl Service {
    /// The service of a name, which is that by which calls are signed, at an address.
    pub(crate) fn new(
        name: &'static str,
        address: String,
        region: Region,
        credentials: SharedCredentialsProvider,
        connector: impl HttpClient + 'static,
    ) -> Self {
        let retries = DefaultPluginParams::new().with_retry_partition_name(format!("{name}-{region}"));
        let defaults = [
            default_retry_config_plugin_v2(&retries),
            default_sleep_impl_plugin(),
            default_time_source_plugin(),
        ];
        let ours = StaticRuntimePlugin::new()
            .with_config(config(name, region).freeze())
            .with_runtime_components(components(address, credentials, connector));
        let plugins = RuntimePlugins::new().with_client_plugins(defaults.into_iter().flatten());
        Self { plugins: plugins.with_client_plugin(ours) }
    }

    /// Calls an operation, up to [`ATTEMPTS`] times.
    pub(crate) async fn call<O: Operation>(&self, input: Result<O::Input, BuildError>) -> Answer<O> {
        self.invoke::<O>(input, self.plugins.clone()).await
    }

    /// Calls an operation once, whatever comes of it.
    #[cfg(any(feature = "bedrock", feature = "dynamodb", test))]
    pub(crate) async fn call_once<O: Operation>(&self, input: Result<O::Input, BuildError>) -> Answer<O> {
        let mut once = Layer::new("once");
        once.store_put(RetryConfig::disabled());
        let once = StaticRuntimePlugin::new().with_config(once.freeze());
        self.invoke::<O>(input, self.plugins.clone().with_operation_plugin(once)).await
    }

    async fn invoke<O: Operation>(
        &self,
        input: Result<O::Input, BuildError>,
        plugins: RuntimePlugins,
    ) -> Answer<O> {
        let input = context::Input::erase(input.map_err(SdkError::construction_failure)?);
        let plugins = plugins.with_operation_plugin(O::default());
        // The names are for clients that measure.
        let answer = invoke("", "", input, &plugins).await.map_err(|e| e.map_service_error(error::<O>))?;
        answer.downcast::<O::Output>().map_err(|_| SdkError::construction_failure(OTHER))
    }
}

const OTHER: &str = "the answer is that of another operation";

fn error<O: Operation>(error: context::Error) -> O::Error {
    error.downcast::<O::Error>().unwrap_or_else(|_| O::Error::create_unhandled_error(OTHER.into(), None))
}

fn config(name: &'static str, region: Region) -> Layer {
    let mut config = Layer::new("countersign");
    config.store_put(SigningName::from_static(name));
    config.store_put(SigningRegion::from(region.clone()));
    config.store_put(region);
    config.store_put(RetryConfig::standard().with_max_attempts(ATTEMPTS));
    // The HTTP client has its own.
    config.store_put(TimeoutConfig::disabled());
    config
}

fn components(
    address: String,
    credentials: SharedCredentialsProvider,
    connector: impl HttpClient + 'static,
) -> RuntimeComponentsBuilder {
    RuntimeComponentsBuilder::new("countersign")
        .with_http_client(Some(connector))
        .with_endpoint_resolver(Some(Address(address)))
        .with_auth_scheme(SigV4AuthScheme::new())
        .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID])))
        .with_identity_resolver(SCHEME_ID, credentials)
        .with_identity_cache(Some(IdentityCache::no_cache()))
        .with_retry_classifier(HttpStatusCodeClassifier::default())
        .with_interceptor(SharedInterceptor::permanent(ServiceClockSkewInterceptor::new()))
        .with_interceptor(SharedInterceptor::permanent(RequestInfoInterceptor::new()))
        .with_interceptor(SharedInterceptor::permanent(InvocationIdInterceptor::new()))
        // By this Lambda notices functions that wake each other without end.
        .with_interceptor(SharedInterceptor::permanent(RecursionDetectionInterceptor::new()))
}

#[derive(Debug)]
struct Address(String);

impl ResolveEndpoint for Address {
    fn resolve_endpoint<'a>(&'a self, _: &'a EndpointResolverParams) -> EndpointFuture<'a> {
        EndpointFuture::ready(Ok(Endpoint::builder().url(self.0.clone()).build()))
    }
}
