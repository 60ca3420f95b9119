# The names come from manifests and the vault: no plugin is loaded for them.
function __pindus_providers
    pindus plugin list 2>/dev/null | string match -rg '^([[:alnum:]]\S*) \('
end

# Those of the provider on the command line, else all.
function __pindus_accounts
    set -l words (string lower -- (commandline -opc))
    set -l known (__pindus_providers | string lower)
    set -l here (for word in $words; contains -- $word $known; and echo $word; end)
    set -l id
    for line in (pindus signin --list 2>/dev/null)
        if set -l match (string match -rg '^  (?:\S.*\()?([^ ()]+?)\)?:$' -- $line)
            set id (string lower -- $match)
        else if set -l match (string match -rg '^    - (\S+)' -- $line)
            test -z "$here"; or contains -- $id $here; and echo $match
        end
    end
end

# __pindus_at WORD...: the command line begins with one of these words, and a sub-command of them
function __pindus_at
    set -l words (commandline -opc)
    test (count $words) -ge 2; and contains -- $words[2] $argv
end
function __pindus_at_part
    set -l words (commandline -opc)
    test (count $words) -ge 3; and test $words[2] = $argv[1]; and contains -- $words[3] $argv[2..]
end
function __pindus_alone
    test (count (commandline -opc)) -eq $argv[1]
end

complete -c pindus -f
complete -c pindus -n '__pindus_alone 1' -a 'signin login' -d 'sign in'
complete -c pindus -n '__pindus_alone 1' -a 'signout logout' -d 'remove an account'
complete -c pindus -n '__pindus_alone 1' -a auth -d 'print a key, or what is stored'
complete -c pindus -n '__pindus_alone 1' -a plugin -d 'providers and plugins'
complete -c pindus -n '__pindus_alone 1' -l version -d 'print the version'
complete -c pindus -s h -l help -d 'print the options'
complete -c pindus -n '__pindus_alone 2; and __pindus_at auth' -a key -d 'print a usable key'
complete -c pindus -n '__pindus_alone 2; and __pindus_at auth' -a exec -d 'run a command with keys'
complete -c pindus -n '__pindus_alone 2; and __pindus_at auth' -a serve -d 'stand between programs and providers'
complete -c pindus -n '__pindus_alone 2; and __pindus_at auth' -a grant -d 'let a program make requests'
complete -c pindus -n '__pindus_alone 2; and __pindus_at auth' -a revoke -d 'take a grant back'
complete -c pindus -n '__pindus_alone 2; and __pindus_at auth' -a runs -d 'show what commands asked for'
complete -c pindus -n '__pindus_alone 2; and __pindus_at auth' -a env -d 'print the variables of keys'
complete -c pindus -n '__pindus_alone 2; and __pindus_at auth' -a headers -d 'print what a request needs'
complete -c pindus -n '__pindus_alone 2; and __pindus_at auth' -a refresh -d 'refresh tokens'
complete -c pindus -n '__pindus_alone 2; and __pindus_at auth' -a use -d 'choose an account for a folder'
complete -c pindus -n '__pindus_alone 2; and __pindus_at auth' -a switch -d 'choose the default account'
complete -c pindus -n '__pindus_alone 2; and __pindus_at auth' -a rename -d 'give an account another name'
complete -c pindus -n '__pindus_alone 2; and __pindus_at auth' -a setup -d 'have a tool ask for its key here'
complete -c pindus -n '__pindus_alone 2; and __pindus_at auth' -a import -d 'store what other programs keep'
complete -c pindus -n '__pindus_alone 2; and __pindus_at auth' -a status -d 'say what is stored'
complete -c pindus -n '__pindus_alone 2; and __pindus_at auth' -a doctor -d 'look for what is wrong'
complete -c pindus -n '__pindus_alone 2; and __pindus_at plugin' -a list -d 'list the providers'
complete -c pindus -n '__pindus_alone 2; and __pindus_at plugin' -a show -d 'say which file gave what'
complete -c pindus -n '__pindus_alone 2; and __pindus_at plugin' -a new -d 'begin a plugin'
complete -c pindus -n '__pindus_alone 2; and __pindus_at plugin' -a check -d 'check manifests and plugins'

set -l named '__pindus_at signin login signout logout'
complete -c pindus -n $named -a '(__pindus_providers)'
complete -c pindus -n $named -l provider -xa '(__pindus_providers)' -d 'the provider'
complete -c pindus -n '__pindus_at_part auth key exec env headers grant refresh use switch rename status; or __pindus_at_part plugin show' -a '(__pindus_providers)'
complete -c pindus -n "$named; or __pindus_at_part auth key headers setup" -l account -xa '(__pindus_accounts)' -d 'the account'
complete -c pindus -n '__pindus_at_part auth key status doctor setup; or __pindus_at_part plugin list show check' -l json -d 'print JSON'
complete -c pindus -n "$named; or __pindus_at auth plugin" -l plugin-path -xa '(__fish_complete_directories)' -d 'look for manifests and plugins here too'
complete -c pindus -n '__pindus_at_part auth key' -l valid-for -x -d 'refresh a token that would end before that'
complete -c pindus -n '__pindus_at_part auth refresh' -l all -d 'every token'
complete -c pindus -n '__pindus_at_part auth refresh' -l force -d 'also one that is valid'
complete -c pindus -n '__pindus_at_part auth exec' -l env-file -rF -d 'set the variables of this file too'
complete -c pindus -n '__pindus_at_part auth exec' -l broker -d 'a token in the place of keys'
complete -c pindus -n '__pindus_at_part auth exec' -l hide-vault -d 'fail where it can\'t be hidden'
complete -c pindus -n '__pindus_at_part auth exec' -l no-hide-vault -d 'don\'t hide it'
complete -c pindus -n '__pindus_at_part auth exec' -l only -d 'no network but the broker'
complete -c pindus -n '__pindus_at_part auth exec grant' -l allow -x -d 'this call'
complete -c pindus -n '__pindus_at_part auth exec grant' -l requests -x -d 'so many in all'
complete -c pindus -n '__pindus_at_part auth exec grant' -l rate -x -d 'so many a minute'
complete -c pindus -n '__pindus_at_part auth exec grant' -l streams -x -d 'so many at once'
complete -c pindus -n '__pindus_at_part auth exec grant' -l for -x -d 'so long'
complete -c pindus -n '__pindus_at_part auth serve' -l socket -rF -d 'at this socket'
complete -c pindus -n '__pindus_at_part auth serve' -l list -d 'show what is granted'
complete -c pindus -n '__pindus_at_part auth revoke' -l all -d 'whatever is granted'
complete -c pindus -n '__pindus_at_part auth runs' -l follow -d 'requests as they come'
complete -c pindus -n '__pindus_at_part auth runs' -l json -d 'print JSON'
complete -c pindus -n '__pindus_at_part auth env' -l format -xa 'sh fish json dotenv github' -d 'how they are printed'
complete -c pindus -n '__pindus_at_part auth env' -l reveal -d 'on a terminal too'
complete -c pindus -n '__pindus_at_part auth use switch rename' -a '(__pindus_accounts)'
complete -c pindus -n '__pindus_at_part auth use' -l dir -xa '(__fish_complete_directories)' -d 'this folder'
complete -c pindus -n '__pindus_at_part auth use' -l remove -d 'remove its rule'
complete -c pindus -n '__pindus_alone 3; and __pindus_at_part auth setup' -a '(pindus auth setup 2>/dev/null | string split -f1 " ")'
complete -c pindus -n '__pindus_at_part auth setup' -l undo -d 'take it back'
complete -c pindus -n '__pindus_at_part auth setup' -l dry-run -d 'only show the change'
complete -c pindus -n '__pindus_at_part auth setup' -l yes -d 'don\'t ask'
complete -c pindus -n '__pindus_at_part auth import' -F
complete -c pindus -n '__pindus_at_part auth import' -l from -xa '(pindus auth import --list 2>/dev/null | string split -f1 " ")' -d 'of that format'
complete -c pindus -n '__pindus_at_part auth import' -l account -x -d 'its name here'
complete -c pindus -n '__pindus_at_part auth import' -l list -d 'list the formats'
complete -c pindus -n '__pindus_at_part auth import' -l all -d 'all that is new'
complete -c pindus -n '__pindus_at_part auth import' -l dry-run -d 'only show it'
complete -c pindus -n '__pindus_at_part auth import' -l take-over -d 'also what works once'
complete -c pindus -n '__pindus_at_part auth doctor' -l network -d 'ask the hosts'
complete -c pindus -n '__pindus_at_part auth status' -l check -d 'ask the providers'
complete -c pindus -n '__pindus_at_part auth status' -l explain -d 'show how a key is chosen'
complete -c pindus -n '__pindus_at_part plugin new' -l flow -xa 'api-key pkce device custom' -d 'how it signs in'
complete -c pindus -n '__pindus_at_part plugin new' -l lang -xa 'c++ c' -d 'its language'
complete -c pindus -n '__pindus_at_part plugin check' -l static -d 'run nothing'
complete -c pindus -n '__pindus_at_part plugin check' -l list -d 'list the tests'
complete -c pindus -n '__pindus_at_part plugin check' -F

set -l signin '__pindus_at signin login'
complete -c pindus -n $signin -l method -xa 'oauth api-key' -d 'how to sign in'
complete -c pindus -n $signin -l oauth -d 'with the browser'
complete -c pindus -n $signin -l api-key -d 'with an api key'
complete -c pindus -n $signin -l apikey -d 'with an api key'
complete -c pindus -n $signin -l list -d 'list what is stored'
complete -c pindus -n $signin -l ls -d 'list what is stored'
complete -c pindus -n $signin -l no-browser -d 'open no browser'
complete -c pindus -n $signin -l no-qr -d 'draw no QR code'
complete -c pindus -n $signin -l replace -d 'replace an account'
complete -c pindus -n $signin -l command -d 'keep a command that prints the key'
complete -c pindus -n $signin -l accept-move -d 'go on where the server has moved'
complete -c pindus -n $signin -l scope -x -d 'at an address, ask for more'
complete -c pindus -n $signin -l allow-issuer -x -d 'its server may call itself so'
complete -c pindus -n $signin -l new-client -d 'at an address, register again'
complete -c pindus -n $signin -l set -x -d 'answer a question (NAME=VALUE)'
