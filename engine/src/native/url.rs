//! URLs and form encoding, by the crates `url` and `form_urlencoded`.

use crate::bindings::ramekin::function::text;
use crate::js::LossyString;
use ::url::{Url, quirks};
use javy::quickjs::{Array, Ctx, IntoJs, Result, Value};

fn parts<'js>(ctx: &Ctx<'js>, url: &Url) -> Result<Value<'js>> {
    let list = Array::new(ctx.clone())?;
    let origin = quirks::origin(url);
    let parts = [
        quirks::href(url),
        quirks::protocol(url),
        quirks::username(url),
        quirks::password(url),
        quirks::host(url),
        quirks::hostname(url),
        quirks::port(url),
        quirks::pathname(url),
        quirks::search(url),
        quirks::hash(url),
        &origin,
    ];
    for (i, part) in parts.into_iter().enumerate() {
        list.set(i, part)?;
    }
    list.into_js(ctx)
}

pub fn parse<'js>(ctx: Ctx<'js>, input: LossyString, base: Value<'js>) -> Result<Value<'js>> {
    let parsed = if base.is_string() {
        Url::parse(&crate::js::lossy(&base)).and_then(|base| base.join(&input.0))
    } else {
        Url::parse(&input.0)
    };
    match parsed {
        Ok(url) => parts(&ctx, &url),
        Err(_) => Ok(Value::new_undefined(ctx)),
    }
}

pub fn set<'js>(ctx: Ctx<'js>, href: LossyString, part: String, value: LossyString) -> Result<Value<'js>> {
    let Ok(mut url) = Url::parse(&href.0) else { return Ok(Value::new_undefined(ctx)) };
    let value = &value.0;
    // A refused value leaves the URL as it was: the standard's setters do not throw, `href` apart.
    match part.as_str() {
        "href" => match Url::parse(value) {
            Ok(parsed) => url = parsed,
            Err(_) => return Ok(Value::new_undefined(ctx)),
        },
        "protocol" => drop(quirks::set_protocol(&mut url, value)),
        "username" => drop(quirks::set_username(&mut url, value)),
        "password" => drop(quirks::set_password(&mut url, value)),
        "host" => drop(quirks::set_host(&mut url, value)),
        "hostname" => drop(quirks::set_hostname(&mut url, value)),
        "port" => drop(quirks::set_port(&mut url, value)),
        "pathname" => quirks::set_pathname(&mut url, value),
        "search" => quirks::set_search(&mut url, value),
        "hash" => quirks::set_hash(&mut url, value),
        _ => {}
    }
    parts(&ctx, &url)
}

pub fn form_decode(text: LossyString) -> Vec<String> {
    form_urlencoded::parse(text.0.as_bytes())
        .flat_map(|(name, value)| [name.into_owned(), value.into_owned()])
        .collect()
}

pub fn form_encode(flat: Vec<LossyString>) -> String {
    let mut out = form_urlencoded::Serializer::new(String::new());
    for pair in flat.chunks_exact(2) {
        out.append_pair(&pair[0].0, &pair[1].0);
    }
    out.finish()
}

/// For the crate `idna` of this workspace: see there.
#[unsafe(no_mangle)]
fn ramekin_domain_to_ascii(domain: &[u8]) -> Option<String> {
    text::domain_to_ascii(domain)
}

/// As above.
#[unsafe(no_mangle)]
fn ramekin_domain_to_unicode(domain: &str) -> String {
    text::domain_to_unicode(domain)
}
