use strict;
use warnings;
use Debian::Debhelper::Dh_Lib;

# After dh_fixperms and dh_strip, so that what is checked is what is shipped.
insert_before("dh_installdeb", "dh_pindus");

1;
