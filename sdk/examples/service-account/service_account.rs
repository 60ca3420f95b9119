//! A service account (RFC 7523), in the manner of Google's: an assertion that its private key signs is
//! traded for a token, anew with each refresh. Against the C header as bindgen reads it, without a
//! crate:
//!
//!     bindgen $(pkg-config --variable=includedir pindus-plugin-1)/pindus/plugin.h
//!       --no-prepend-enum-name --no-layout-tests -o pindus.rs
//!     rustc --crate-type cdylib --edition 2021 -C panic=abort service_account.rs
//!       -o service-account.so
#[allow(dead_code, non_camel_case_types, non_upper_case_globals, non_snake_case, clippy::all)]
mod pindus {
    include!("pindus.rs");
}
use pindus::*;
use std::ffi::c_void;
use std::ptr::null;

const NONE: pindus_secret = pindus_secret { id: 0 };

const fn text(of: &str) -> pindus_str {
    pindus_str { data: of.as_ptr().cast(), size: of.len() as u64 }
}

fn value(of: &str) -> pindus_value {
    pindus_value { text: text(of), secret: NONE }
}

fn bytes(of: pindus_secret) -> pindus_value {
    pindus_value { text: text(""), secret: of }
}

fn field(name: &str, value: pindus_value) -> pindus_field {
    pindus_field { name: text(name), value, kind: PINDUS_FIELD_TEXT as u32, reserved: 0 }
}

fn json_field(name: &str, json: &str) -> pindus_field {
    pindus_field { kind: PINDUS_FIELD_JSON as u32, ..field(name, value(json)) }
}

/// What a call answered, as Rust has it: `?` hands a code that isn't PINDUS_OK on.
fn ok(code: i32) -> Result<(), i32> {
    if code == PINDUS_OK as i32 { Ok(()) } else { Err(code) }
}

/// Calls a slot of the host's table. Safety: the table covers its first size, which `create` has
/// looked at, and all that is passed lives until the call returns (P5).
macro_rules! call {
    ($self:expr, $slot:ident $(, $argument:expr)*) => {
        ok(unsafe { (*$self.host).$slot.unwrap()($self.session $(, $argument)*) })
    };
}

/// The same for a slot that makes a secret.
macro_rules! made {
    ($self:expr, $slot:ident $(, $argument:expr)*) => {{
        let mut out = NONE;
        call!($self, $slot $(, $argument)*, &mut out).map(|()| out)
    }};
}

unsafe extern "C" fn copy(context: *mut c_void, from: pindus_str) {
    let to = &mut *context.cast::<String>();
    if from.size > 0 {
        let read = std::slice::from_raw_parts(from.data.cast::<u8>(), from.size as usize);
        to.push_str(&String::from_utf8_lossy(read));
    }
}

struct Plugin {
    host: *const pindus_host_1,
    session: pindus_session,
}

impl Plugin {
    fn fail(&self, code: u32, message: &str, hint: &str) -> i32 {
        let _ = call!(self, set_error, code as i32, text(message), text(hint));
        code as i32
    }

    fn option(&self, name: &str) -> Result<String, i32> {
        let mut out = String::new();
        let context = (&mut out as *mut String).cast();
        let found = call!(self, option, text(name), Some(copy), context);
        if found.is_err() || out.is_empty() {
            let what = format!("the manifest lacks the option \"{name}\"");
            return Err(self.fail(PINDUS_NOT_FOUND, &what, "add it to the method's options"));
        }
        Ok(out)
    }

    /// What is not secret, as a text.
    fn text_of(&self, secret: pindus_secret) -> Result<String, i32> {
        let mut out = String::new();
        let context = (&mut out as *mut String).cast();
        call!(self, secret_view, secret, Some(copy), context)?;
        Ok(out)
    }

    /// A string of the key file, never seen.
    fn member(&self, file: pindus_json, name: &str) -> Result<pindus_secret, i32> {
        let pointer = format!("/{name}");
        made!(self, json_string, file, text(&pointer)).map_err(|_| {
            let what = format!("the key file has no \"{name}\": it is no service account's");
            self.fail(PINDUS_INVALID_KEY, &what, "give the file whole, as it was downloaded")
        })
    }

    /// A part of the token: JSON in base64url (RFC 7515 section 3.1).
    fn part(&self, fields: &[pindus_field]) -> Result<String, i32> {
        let count = fields.len() as u64;
        let json = made!(self, fields_encode, fields.as_ptr(), count, PINDUS_FORM_JSON as u32)?;
        let encoded = made!(self, encode, PINDUS_ENCODING_BASE64URL as u32, bytes(json))?;
        self.text_of(encoded)
    }

    fn assertion(&self, file: pindus_json, audience: &str) -> Result<pindus_secret, i32> {
        let account = self.member(file, "client_email")?;
        let key = self.member(file, "private_key")?;
        let key_id = self.member(file, "private_key_id")?;
        let mut now_ms = 0;
        call!(self, now_ms, &mut now_ms)?;
        let issued = (now_ms / 1000).to_string();
        let end = (now_ms / 1000 + 300).to_string();
        let random = made!(self, random, 16)?;
        let id = made!(self, encode, PINDUS_ENCODING_HEX as u32, bytes(random))?;
        let header = self.part(&[
            field("alg", value("RS256")),
            field("typ", value("JWT")),
            field("kid", bytes(key_id)),
        ])?;
        let claims = self.part(&[
            field("iss", bytes(account)),
            field("sub", bytes(account)),
            field("aud", value(audience)),
            field("scope", value(&self.option("scope")?)),
            json_field("iat", &issued),
            json_field("exp", &end),
            field("jti", bytes(id)),
        ])?;
        let signed = format!("{header}.{claims}");
        let algorithm = PINDUS_SIGN_RS256 as u32;
        let signature = made!(self, sign, algorithm, bytes(key), value(&signed))?;
        let encoded = made!(self, encode, PINDUS_ENCODING_BASE64URL as u32, bytes(signature))?;
        let prefix = format!("{signed}.");
        made!(self, secret_new, pindus_value { text: text(&prefix), secret: encoded })
    }

    fn get_token(&self, key_file: pindus_secret) -> Result<(), i32> {
        let mut file = pindus_json { id: 0 };
        call!(self, json_parse, bytes(key_file), &mut file).map_err(|_| {
            self.fail(PINDUS_INVALID_KEY, "the key file is not JSON", "give the whole file")
        })?;
        let url = self.option("token_url")?;
        let assertion = self.assertion(file, &url)?;
        let form = [
            field("grant_type", value("urn:ietf:params:oauth:grant-type:jwt-bearer")),
            field("assertion", bytes(assertion)),
        ];
        let headers = [
            field("Content-Type", value("application/x-www-form-urlencoded")),
            field("Accept", value("application/json")),
        ];
        let urlencoded = PINDUS_FORM_URLENCODED as u32;
        let body = made!(self, fields_encode, form.as_ptr(), form.len() as u64, urlencoded)?;
        let request = pindus_http_request {
            size: std::mem::size_of::<pindus_http_request>() as u32,
            reserved: 0,
            method: text("POST"),
            url: text(&url),
            headers: headers.as_ptr(),
            header_count: headers.len() as u64,
            body: bytes(body),
        };
        let mut response = pindus_http_response {
            size: std::mem::size_of::<pindus_http_response>() as u32,
            status: 0,
            body: NONE,
            headers: pindus_headers { id: 0 },
        };
        call!(self, http_send, &request, &mut response)?;
        match response.status {
            200 => {}
            400 | 401 | 403 => {
                let what = "the server refused what the service account signed";
                return Err(self.fail(PINDUS_REJECTED, what, "make it a new key, and sign in again"));
            }
            _ => {
                let what = "the server can't answer just now";
                return Err(self.fail(PINDUS_UNAVAILABLE, what, "try again in a while"));
            }
        }
        let mut answer = pindus_json { id: 0 };
        call!(self, json_parse, bytes(response.body), &mut answer)?;
        let token = made!(self, json_string, answer, text("/access_token"))?;
        let mut lifetime_s = 0;
        call!(self, json_integer, answer, text("/expires_in"), &mut lifetime_s)?;
        call!(self, credential_set, text("access"), bytes(token))?;
        call!(self, credential_lifetime, lifetime_s, response.headers)?;
        call!(self, credential_commit)
    }

    fn sign_in(&self) -> Result<(), i32> {
        let prompt = pindus_prompt {
            size: std::mem::size_of::<pindus_prompt>() as u32,
            kind: PINDUS_PROMPT_SECRET_TEXT as u32,
            message: text("The service account's key file (all that is in it)"),
            usual: text(""),
        };
        let key_file = made!(self, prompt, &prompt)?;
        call!(self, private_set, text("keyFile"), bytes(key_file))?;
        self.get_token(key_file)
    }

    fn refresh(&self) -> Result<(), i32> {
        let key_file = made!(self, private_get, text("keyFile")).map_err(|_| {
            self.fail(PINDUS_REJECTED, "the account has no key file", "sign in again")
        })?;
        self.get_token(key_file)
    }
}

unsafe extern "C" fn create(
    host: *const pindus_host_1,
    session: pindus_session,
    out: *mut *mut c_void,
) -> i32 {
    if host.is_null() || out.is_null() {
        return PINDUS_INVALID_ARGUMENT as i32;
    }
    if (*host).size < PINDUS_HOST_1_BASE_SIZE {
        return PINDUS_UNSUPPORTED as i32;
    }
    *out = Box::into_raw(Box::new(Plugin { host, session })).cast();
    PINDUS_OK as i32
}

unsafe extern "C" fn destroy(instance: *mut c_void) {
    drop(Box::from_raw(instance.cast::<Plugin>())); // what create gave, exactly once (H10)
}

unsafe extern "C" fn sign_in(instance: *mut c_void) -> i32 {
    (*instance.cast::<Plugin>()).sign_in().err().unwrap_or(PINDUS_OK as i32)
}

unsafe extern "C" fn refresh(instance: *mut c_void) -> i32 {
    (*instance.cast::<Plugin>()).refresh().err().unwrap_or(PINDUS_OK as i32)
}

unsafe extern "C" fn get_extension(_: pindus_str) -> *const c_void {
    null()
}

/// The tables hold pointers to what never changes.
#[repr(transparent)]
struct Static<T>(T);
unsafe impl<T> Sync for Static<T> {}

static OPTIONS: Static<[pindus_option; 2]> = Static([
    pindus_option { name: text("token_url"), help: text("the token endpoint") },
    pindus_option { name: text("scope"), help: text("what is asked for, separated by blanks") },
]);

static DESCRIPTOR: Static<pindus_plugin_1> = Static(pindus_plugin_1 {
    size: std::mem::size_of::<pindus_plugin_1>() as u32,
    abi_minor: 0,
    id: text("service-account"),
    version: text("1.0.0"),
    options: OPTIONS.0.as_ptr(),
    option_count: OPTIONS.0.len() as u64,
    create: Some(create),
    destroy: Some(destroy),
    sign_in: Some(sign_in),
    refresh: Some(refresh),
    get_extension: Some(get_extension),
});

/// The one symbol of the plugin.
///
/// # Safety
/// `out` is null or points to where the table's address belongs.
#[no_mangle]
pub unsafe extern "C" fn pindus_plugin_entry_1(out: *mut *const pindus_plugin_1) -> i32 {
    if out.is_null() {
        return PINDUS_INVALID_ARGUMENT as i32;
    }
    *out = &DESCRIPTOR.0;
    PINDUS_OK as i32
}
