//! Finds a bucket and the right to use it, in the variables that the tools of each cloud read.

use std::sync::Arc;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::{ClientConfigKey, ObjectStore};

use super::http::Http;

/// The bucket or container called `name` at a place that begins with `scheme`; `None` for an unknown scheme.
pub(super) fn find(scheme: &str, name: &str) -> Option<object_store::Result<Arc<dyn ObjectStore>>> {
    Some(match scheme {
        "s3" => s3(name).build().map(|store| Arc::new(store) as _),
        "gs" => google(name).build().map(|store| Arc::new(store) as _),
        "az" => azure(name).build().map(|store| Arc::new(store) as _),
        _ => return None,
    })
}

/// The first of these variables that says something.
fn variable(names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

/// Plain HTTP is only ever meant for a server of one's own.
fn is_plain(address: &str) -> String {
    address.starts_with("http://").to_string()
}

fn s3(bucket: &str) -> AmazonS3Builder {
    let builder = AmazonS3Builder::from_env().with_bucket_name(bucket).with_http_connector(Http);
    // The first two are what AWS' own tools read, the last is what this library reads.
    match variable(&["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"]) {
        Some(endpoint) => {
            let plain = AmazonS3ConfigKey::Client(ClientConfigKey::AllowHttp);
            builder.with_config(plain, is_plain(&endpoint)).with_endpoint(endpoint)
        }
        None => builder,
    }
}

fn google(bucket: &str) -> GoogleCloudStorageBuilder {
    let builder = GoogleCloudStorageBuilder::from_env().with_bucket_name(bucket).with_http_connector(Http);
    // Google's own tools send no credentials to a server that is named so.
    match variable(&["STORAGE_EMULATOR_HOST"]) {
        Some(host) => {
            let address = if host.contains("://") { host } else { format!("http://{host}") };
            let plain = GoogleConfigKey::Client(ClientConfigKey::AllowHttp);
            builder
                .with_config(plain, is_plain(&address))
                .with_base_url(address.trim_end_matches('/'))
                .with_skip_signature(true)
                // Without one, the library asks for a token before it writes all the same.
                .with_bearer_token("")
        }
        None => builder,
    }
}

fn azure(container: &str) -> MicrosoftAzureBuilder {
    let mut builder = MicrosoftAzureBuilder::from_env().with_container_name(container).with_http_connector(Http);
    // As `az storage` calls them; the library knows longer names.
    if let Some(account) = variable(&["AZURE_STORAGE_ACCOUNT"]) {
        builder = builder.with_account(account);
    }
    if let Some(key) = variable(&["AZURE_STORAGE_KEY"]) {
        builder = builder.with_access_key(key);
    }
    match variable(&["AZURE_STORAGE_SERVICE_ENDPOINT", "AZURE_STORAGE_ENDPOINT"]) {
        Some(endpoint) => {
            let plain = AzureConfigKey::Client(ClientConfigKey::AllowHttp);
            builder.with_config(plain, is_plain(&endpoint)).with_endpoint(endpoint)
        }
        None => builder,
    }
}
