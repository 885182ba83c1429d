//! Every route but the public call and `/mcp`, as a flat list. What is not in it answers 404, whatever its method.

use super::butterbase::{agent_tools, api_keys, apps, audit, auth, config, env, functions, regions, rls, schema};
use super::error::{json_bytes, no_route};
use super::state::AppState;
use super::{butterbase, health, mcp, metrics, openapi};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post};
use http::{Method, Uri, header};

macro_rules! routes {
    ($($method:ident $path:literal => $handler:expr;)*) => {
        /// Method and path of each of them; [`super::openapi`] describes every one.
        pub const ROUTES: &[(&str, &str)] = &[$((stringify!($method), $path)),*];

        fn table() -> Router<AppState> {
            Router::new()$(.route($path, $method($handler)))*
        }
    };
}

routes! {
    get "/health" => health::alive;
    get "/health/ready" => health::ready;
    get "/metrics" => metrics::handler;
    get "/openapi.json" => openapi::handler;
    post "/internal/agent-tools/function-invoke" => agent_tools::handler;
    post "/init" => apps::init::handler;
    get "/apps" => apps::list::handler;
    delete "/apps/{app}" => apps::delete::handler;
    get "/apps/{app}/status" => apps::status::handler;
    get "/api-keys" => api_keys::list;
    post "/api-keys" => api_keys::create;
    delete "/api-keys/{id}" => api_keys::revoke;
    get "/auth/{app}/.well-known/jwks.json" => auth::jwks::handler;
    post "/auth/{app}/signup" => auth::signup;
    post "/auth/{app}/login" => auth::login;
    post "/auth/{app}/refresh" => auth::refresh;
    post "/auth/{app}/logout" => auth::logout;
    get "/auth/{app}/me" => auth::me;
    get "/v1/regions" => regions::handler;
    get "/v1/{app}/audit-logs" => audit::handler;
    get "/v1/{app}/config" => config::get;
    patch "/v1/{app}/config/cors" => config::cors;
    patch "/v1/{app}/config/pause" => config::pause;
    get "/v1/{app}/env" => env::get;
    patch "/v1/{app}/env" => env::patch;
    get "/v1/{app}/functions" => functions::list::handler;
    post "/v1/{app}/functions" => functions::deploy::handler;
    get "/v1/{app}/functions/{name}" => functions::get::handler;
    delete "/v1/{app}/functions/{name}" => functions::delete::handler;
    patch "/v1/{app}/functions/{name}/env" => functions::env::handler;
    patch "/v1/{app}/functions/{name}/settings" => functions::settings::handler;
    post "/v1/{app}/functions/{name}/invoke" => functions::invoke::handler;
    get "/v1/{app}/functions/{name}/logs" => functions::logs::handler;
    get "/v1/{app}/functions/{name}/logs/stream" => functions::stream::handler;
    get "/v1/{app}/functions/{name}/metrics" => functions::metrics::handler;
    get "/v1/{app}/schema" => schema::get::handler;
    post "/v1/{app}/schema/apply" => schema::apply::handler;
    get "/v1/{app}/migrations" => schema::migrations::handler;
    get "/v1/{app}/rls" => rls::list::handler;
    post "/v1/{app}/rls" => rls::isolate::handler;
    post "/v1/{app}/rls/enable" => rls::enable::handler;
    post "/v1/{app}/rls/policies" => rls::policies::create;
    patch "/v1/{app}/rls/policies/{name}" => rls::policies::replace;
    delete "/v1/{app}/rls/policies/{name}" => rls::delete::policy;
    delete "/v1/{app}/rls/enable" => rls::delete::table;
    delete "/v1/{app}/rls/policies" => rls::delete::table;
    delete "/v1/{app}/rls/{table}" => rls::delete::table;
    delete "/v1/{app}/rls/{table}/{name}" => rls::delete::policy;
}

/// The routes, those of agents included, whose tools use the others.
pub fn router(state: AppState) -> Router {
    let routes = table()
        .fallback(unknown)
        .method_not_allowed_fallback(unknown)
        // Each handler reads its body itself, under the limit of its route.
        .layer(DefaultBodyLimit::disable())
        .with_state(state.clone());
    let agents = mcp::router(state, routes.clone()).method_not_allowed_fallback(unknown);
    routes.merge(agents)
}

async fn unknown(method: Method, uri: Uri) -> Response {
    let (status, body) = no_route(&method, uri.path());
    (status, [(header::CONTENT_TYPE, butterbase::JSON)], json_bytes(&body)).into_response()
}
