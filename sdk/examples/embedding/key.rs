// Prints the usable key of a provider, without a binding generator: what pindus.h declares of it is
// written down here.
//
//     rustc --edition 2021 -l pindus key.rs -o key-of-rust
use std::os::raw::c_void;

#[repr(C)]
#[derive(Clone, Copy)]
struct Text {
    data: *const u8,
    size: u64,
}

impl Text {
    const EMPTY: Text = Text { data: std::ptr::null(), size: 0 };

    fn of(text: &str) -> Text {
        Text { data: text.as_ptr(), size: text.len() as u64 }
    }

    // Borrowed from the library, which shows it for the time of a call.
    unsafe fn copied(&self) -> String {
        if self.size == 0 {
            return String::new();
        }
        let bytes = std::slice::from_raw_parts(self.data, self.size as usize);
        String::from_utf8_lossy(bytes).into_owned()
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
struct Handle {
    id: u64,
}

#[repr(C)]
struct KeyRequest {
    size: u32,
    flags: u32,
    provider: Text,
    account: Text,
    refused: Text,
    valid_for_s: i64,
    stop: Handle,
}

#[repr(C)]
struct Key {
    size: u32,
    kind: u32,
    key: Text,
    // The rest isn't looked at.
}

#[repr(C)]
struct Fault {
    size: u32,
    code: i32,
    label: Text,
    message: Text,
    hint: Text,
}

extern "C" {
    fn pindus_open(options: *const c_void, out: *mut Handle) -> i32;
    fn pindus_close(context: Handle) -> i32;
    fn pindus_get_key(
        context: Handle,
        request: *const KeyRequest,
        receive: extern "C" fn(*mut c_void, *const Key),
        user: *mut c_void,
    ) -> i32;
    fn pindus_last_fault(out: *mut Fault) -> i32;
}

extern "C" fn take(user: *mut c_void, key: *const Key) {
    unsafe { *(user as *mut String) = (*key).key.copied() }
}

fn key_of(provider: &str) -> Result<String, String> {
    let mut context = Handle { id: 0 };
    let mut key = String::new();
    let request = KeyRequest {
        size: std::mem::size_of::<KeyRequest>() as u32,
        flags: 0,
        provider: Text::of(provider),
        account: Text::EMPTY,
        refused: Text::EMPTY,
        valid_for_s: 0,
        stop: Handle { id: 0 },
    };
    unsafe {
        let mut code = pindus_open(std::ptr::null(), &mut context);
        if code == 0 {
            code = pindus_get_key(context, &request, take, &mut key as *mut String as *mut c_void);
        }
        if code == 0 {
            pindus_close(context);
            return Ok(key);
        }
        let mut fault: Fault = std::mem::zeroed();
        fault.size = std::mem::size_of::<Fault>() as u32;
        pindus_last_fault(&mut fault);
        Err(format!("{}: {}", fault.label.copied(), fault.message.copied()))
    }
}

fn main() {
    let provider = std::env::args().nth(1).expect("a provider is needed");
    match key_of(&provider) {
        Ok(key) => println!("{key}"),
        Err(why) => {
            eprintln!("{why}");
            std::process::exit(1);
        }
    }
}
