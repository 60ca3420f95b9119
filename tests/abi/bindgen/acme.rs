//! A plugin against what bindgen makes of pindus/plugin.h: nothing of the ABI is written by hand. It
//! trades an api key for a token, keeps the key in the private drawer, and does the same again on a
//! refresh.
#[allow(non_camel_case_types, non_upper_case_globals, dead_code, deref_nullptr)]
mod abi {
    include!(env!("PINDUS_BINDINGS"));
}
use abi::*;
use std::{mem, os::raw::c_void, ptr};

struct Instance {
    host: &'static pindus_host_1,
    session: pindus_session,
}
type Outcome = Result<(), i32>;

macro_rules! ask {
    ($self:ident.$slot:ident($($argument:expr),*)) => {
        match ($self.host.$slot.ok_or(PINDUS_UNSUPPORTED as i32)?)($self.session $(, $argument)*) {
            0 => {}
            code => return Err(code),
        }
    };
}

const fn text(of: &'static str) -> pindus_str {
    pindus_str { data: of.as_ptr().cast(), size: of.len() as u64 }
}
const NOTHING: pindus_str = pindus_str { data: ptr::null(), size: 0 };
const NO_SECRET: pindus_secret = pindus_secret { id: 0 };

fn value(text: pindus_str, secret: pindus_secret) -> pindus_value {
    pindus_value { text, secret }
}

unsafe extern "C" fn copy(context: *mut c_void, text: pindus_str) {
    let bytes = std::slice::from_raw_parts(text.data.cast::<u8>(), text.size as usize);
    (*context.cast::<Vec<u8>>()).extend_from_slice(bytes);
}

impl Instance {
    unsafe fn trade(&self, key: pindus_secret) -> Outcome {
        let mut url = Vec::<u8>::new();
        let context = ptr::addr_of_mut!(url).cast();
        ask!(self.option(text("token_url"), Some(copy), context));
        let headers = [pindus_field {
            name: text("Authorization"),
            value: value(text("Bearer "), key),
            kind: PINDUS_FIELD_TEXT,
            reserved: 0,
        }];
        let request = pindus_http_request {
            size: mem::size_of::<pindus_http_request>() as u32,
            reserved: 0,
            method: text("POST"),
            url: pindus_str { data: url.as_ptr().cast(), size: url.len() as u64 },
            headers: headers.as_ptr(),
            header_count: headers.len() as u64,
            body: value(NOTHING, NO_SECRET),
        };
        let mut answer: pindus_http_response = mem::zeroed();
        answer.size = mem::size_of::<pindus_http_response>() as u32;
        ask!(self.http_send(&request, &mut answer));
        if answer.status != 200 {
            return Err(self.reject("the server took no such key"));
        }
        let mut json = pindus_json { id: 0 };
        let mut token = NO_SECRET;
        let mut seconds = 0;
        ask!(self.json_parse(value(NOTHING, answer.body), &mut json));
        ask!(self.json_string(json, text("/token"), &mut token));
        ask!(self.json_integer(json, text("/seconds"), &mut seconds));
        ask!(self.credential_set(text("access"), value(NOTHING, token)));
        ask!(self.credential_lifetime(seconds, answer.headers));
        ask!(self.private_set(text("apiKey"), value(NOTHING, key)));
        ask!(self.credential_commit());
        Ok(())
    }

    unsafe fn reject(&self, message: &'static str) -> i32 {
        let code = PINDUS_REJECTED as i32;
        if let Some(set_error) = self.host.set_error {
            set_error(self.session, code, text(message), text("sign in again"));
        }
        code
    }

    unsafe fn sign_in(&self) -> Outcome {
        let prompt = pindus_prompt {
            size: mem::size_of::<pindus_prompt>() as u32,
            kind: PINDUS_PROMPT_API_KEY,
            message: NOTHING,
            usual: NOTHING,
        };
        let mut key = NO_SECRET;
        ask!(self.prompt(&prompt, &mut key));
        self.trade(key)
    }

    unsafe fn refresh(&self) -> Outcome {
        let mut key = NO_SECRET;
        let get = self.host.private_get.ok_or(PINDUS_UNSUPPORTED as i32)?;
        match get(self.session, text("apiKey"), &mut key) as u32 {
            PINDUS_OK => self.trade(key),
            PINDUS_NOT_FOUND => Err(self.reject("the account has no api key")),
            code => Err(code as i32),
        }
    }
}

unsafe fn run(instance: *mut c_void, work: unsafe fn(&Instance) -> Outcome) -> i32 {
    match instance.cast::<Instance>().as_ref() {
        Some(instance) => work(instance).err().unwrap_or(PINDUS_OK as i32),
        None => PINDUS_INVALID_ARGUMENT as i32,
    }
}
unsafe extern "C" fn sign_in(instance: *mut c_void) -> i32 {
    run(instance, Instance::sign_in)
}
unsafe extern "C" fn refresh(instance: *mut c_void) -> i32 {
    run(instance, Instance::refresh)
}
unsafe extern "C" fn create(
    host: *const pindus_host_1,
    session: pindus_session,
    out: *mut *mut c_void,
) -> i32 {
    match host.as_ref() {
        Some(host) if host.size >= PINDUS_HOST_1_BASE_SIZE && !out.is_null() => {
            *out = Box::into_raw(Box::new(Instance { host, session })).cast();
            PINDUS_OK as i32
        }
        _ => PINDUS_INVALID_ARGUMENT as i32,
    }
}
unsafe extern "C" fn destroy(instance: *mut c_void) {
    drop(Box::from_raw(instance.cast::<Instance>()));
}
unsafe extern "C" fn get_extension(_: pindus_str) -> *const c_void {
    ptr::null()
}

struct Shared<T>(T);
unsafe impl<T> Sync for Shared<T> {} // static and never written (P2)

static OPTIONS: Shared<[pindus_option; 1]> =
    Shared([pindus_option { name: text("token_url"), help: text("where keys are traded") }]);
static DESCRIPTOR: Shared<pindus_plugin_1> = Shared(pindus_plugin_1 {
    size: mem::size_of::<pindus_plugin_1>() as u32,
    abi_minor: 0,
    id: text("acme"),
    version: text("0.1.0"),
    options: OPTIONS.0.as_ptr(),
    option_count: 1,
    create: Some(create),
    destroy: Some(destroy),
    sign_in: Some(sign_in),
    refresh: Some(refresh),
    get_extension: Some(get_extension),
});

#[no_mangle]
pub unsafe extern "C" fn pindus_plugin_entry_1(out: *mut *const pindus_plugin_1) -> i32 {
    if out.is_null() {
        return PINDUS_INVALID_ARGUMENT as i32;
    }
    *out = &DESCRIPTOR.0;
    PINDUS_OK as i32
}
