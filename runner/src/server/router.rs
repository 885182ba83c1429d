//! Every route but the public call, as a flat list. What is not in it answers 404, whatever its method.

use super::butterbase::{api_keys, apps, auth, env, functions, rls, schema};
use super::error::{json_bytes, no_route};
use super::state::AppState;
use super::{butterbase, health, metrics};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post};
use http::{Method, Uri, header};

/// The routes.
pub fn router(state: AppState) -> Router {
    Router::new()
        .route("/health", get(health::alive))
        .route("/health/ready", get(health::ready))
        .route("/metrics", get(metrics::handler))
        .route("/init", post(apps::init::handler))
        .route("/apps", get(apps::list::handler))
        .route("/apps/{app}/status", get(apps::status::handler))
        .route("/api-keys", get(api_keys::list).post(api_keys::create))
        .route("/api-keys/{id}", delete(api_keys::revoke))
        .route("/auth/{app}/.well-known/jwks.json", get(auth::jwks::handler))
        .route("/auth/{app}/signup", post(auth::signup))
        .route("/auth/{app}/login", post(auth::login))
        .route("/auth/{app}/refresh", post(auth::refresh))
        .route("/auth/{app}/logout", post(auth::logout))
        .route("/auth/{app}/me", get(auth::me))
        .route("/v1/{app}/env", get(env::get).patch(env::patch))
        .route("/v1/{app}/functions", get(functions::list::handler).post(functions::deploy::handler))
        .route("/v1/{app}/functions/{name}", get(functions::get::handler).delete(functions::delete::handler))
        .route("/v1/{app}/functions/{name}/env", patch(functions::env::handler))
        .route("/v1/{app}/functions/{name}/settings", patch(functions::settings::handler))
        .route("/v1/{app}/functions/{name}/invoke", post(functions::invoke::handler))
        .route("/v1/{app}/functions/{name}/logs", get(functions::logs::handler))
        .route("/v1/{app}/functions/{name}/logs/stream", get(functions::stream::handler))
        .route("/v1/{app}/functions/{name}/metrics", get(functions::metrics::handler))
        .route("/v1/{app}/schema", get(schema::get::handler))
        .route("/v1/{app}/schema/apply", post(schema::apply::handler))
        .route("/v1/{app}/rls", get(rls::list::handler).post(rls::isolate::handler))
        .route("/v1/{app}/rls/enable", post(rls::enable::handler))
        .route("/v1/{app}/rls/policies", post(rls::policies::create))
        .route("/v1/{app}/rls/policies/{name}", patch(rls::policies::replace).delete(rls::delete::policy))
        .route("/v1/{app}/rls/{table}", delete(rls::delete::table))
        .route("/v1/{app}/rls/{table}/{name}", delete(rls::delete::policy))
        .fallback(unknown)
        .method_not_allowed_fallback(unknown)
        // Each handler reads its body itself, under the limit of its route.
        .layer(DefaultBodyLimit::disable())
        .with_state(state)
}

async fn unknown(method: Method, uri: Uri) -> Response {
    let (status, body) = no_route(&method, uri.path());
    (status, [(header::CONTENT_TYPE, butterbase::JSON)], json_bytes(&body)).into_response()
}
