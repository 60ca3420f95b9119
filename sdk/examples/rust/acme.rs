//! An api key plugin in Rust, against pindus/plugin.h and without a crate:
//!
//!     rustc --crate-type cdylib --edition 2021 -C panic=abort acme.rs -o acme.so
//!
//! The tables are written down only as far as they are used: a reader touches no more than that
//! (rule P4), and what comes before a slot is only its place.
use std::os::raw::c_void;
use std::ptr;

const OK: i32 = 0;
const UNSUPPORTED: i32 = 8;
const INVALID_ARGUMENT: i32 = 9;
const PROMPT_API_KEY: u32 = 2;
const HOST_BASE_SIZE: u32 = 384;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Str {
    data: *const u8,
    size: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Handle {
    id: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Value {
    text: Str,
    secret: Handle,
}

#[repr(C)]
pub struct Prompt {
    size: u32,
    kind: u32,
    message: Str,
    usual: Str,
}

#[repr(C)]
pub struct KeyRule {
    size: u32,
    reserved: u32,
    prefix: Str,
    min_length: u64,
}

type Slot = *const c_void;

#[repr(C)]
pub struct Host {
    size: u32,
    abi_minor: u32,
    before_prompt: [Slot; 5],
    prompt: extern "C" fn(Handle, *const Prompt, *mut Handle) -> i32,
    before_check: [Slot; 9],
    api_key_check: extern "C" fn(Handle, Handle, *const KeyRule) -> i32,
    before_set: [Slot; 25],
    credential_set: extern "C" fn(Handle, Str, Value) -> i32,
    before_commit: [Slot; 4],
    credential_commit: extern "C" fn(Handle) -> i32,
}

#[repr(C)]
pub struct Plugin {
    size: u32,
    abi_minor: u32,
    id: Str,
    version: Str,
    options: *const c_void,
    option_count: u64,
    create: extern "C" fn(*const Host, Handle, *mut *mut c_void) -> i32,
    destroy: extern "C" fn(*mut c_void),
    sign_in: extern "C" fn(*mut c_void) -> i32,
    refresh: Option<extern "C" fn(*mut c_void) -> i32>,
    get_extension: extern "C" fn(Str) -> *const c_void,
}
unsafe impl Sync for Plugin {}

struct Instance {
    host: *const Host,
    session: Handle,
}

const fn text(of: &'static str) -> Str {
    Str { data: of.as_ptr(), size: of.len() as u64 }
}
const NOTHING: Str = Str { data: ptr::null(), size: 0 };

extern "C" fn create(host: *const Host, session: Handle, out: *mut *mut c_void) -> i32 {
    if host.is_null() || out.is_null() {
        return INVALID_ARGUMENT;
    }
    // Safety: the host's table lives as long as the process and covers its own size (P4).
    if unsafe { (*host).size } < HOST_BASE_SIZE {
        return UNSUPPORTED;
    }
    let instance = Box::new(Instance { host, session });
    unsafe { *out = Box::into_raw(instance).cast() };
    OK
}

extern "C" fn destroy(instance: *mut c_void) {
    // Safety: what create gave, exactly once (H10).
    drop(unsafe { Box::from_raw(instance.cast::<Instance>()) });
}

extern "C" fn sign_in(instance: *mut c_void) -> i32 {
    let instance = unsafe { &*instance.cast::<Instance>() };
    let host = unsafe { &*instance.host };
    let prompt = Prompt {
        size: std::mem::size_of::<Prompt>() as u32,
        kind: PROMPT_API_KEY,
        message: NOTHING,
        usual: NOTHING,
    };
    let rule = KeyRule {
        size: std::mem::size_of::<KeyRule>() as u32,
        reserved: 0,
        prefix: text("acme-"),
        min_length: 24,
    };
    let mut key = Handle { id: 0 };
    let mut code = (host.prompt)(instance.session, &prompt, &mut key);
    if code == OK {
        code = (host.api_key_check)(instance.session, key, &rule);
    }
    if code == OK {
        let value = Value { text: NOTHING, secret: key };
        code = (host.credential_set)(instance.session, text("key"), value);
    }
    if code == OK {
        code = (host.credential_commit)(instance.session);
    }
    code
}

extern "C" fn get_extension(_: Str) -> *const c_void {
    ptr::null()
}

static DESCRIPTOR: Plugin = Plugin {
    size: std::mem::size_of::<Plugin>() as u32,
    abi_minor: 0,
    id: text("acme"),
    version: text("0.1.0"),
    options: ptr::null(),
    option_count: 0,
    create,
    destroy,
    sign_in,
    refresh: None,
    get_extension,
};

#[no_mangle]
pub extern "C" fn pindus_plugin_entry_1(out: *mut *const Plugin) -> i32 {
    if out.is_null() {
        return INVALID_ARGUMENT;
    }
    unsafe { *out = &DESCRIPTOR };
    OK
}
