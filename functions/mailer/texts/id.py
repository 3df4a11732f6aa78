# ruff: noqa: E501 - a sentence is a line
"""Indonesian."""

WORDS = {
    "code": "Kode Anda: {code}",
    "open": "Lanjutkan",
    "ignore": "Jika bukan Anda, abaikan pesan ini: tidak ada yang berubah.",
    "warn": "Jika bukan Anda, segera ganti kata sandi dan keluar dari semua perangkat.",
    "fixed": "Pesan jenis ini dikirim kepada semua yang bersangkutan.",
    "choice": "Anda dapat mematikan jenis pesan ini di pengaturan.",
}

MAIL = {
    "auth.signup": (
        "Konfirmasi alamat Anda",
        "Konfirmasi alamat ini untuk menyelesaikan pendaftaran.",
    ),
    "auth.recovery": (
        "Pilih kata sandi baru",
        "Seseorang meminta kata sandi baru untuk akun Anda.",
    ),
    "auth.invite": ("Anda diundang", "Anda diundang untuk membuat akun."),
    "auth.magiclink": ("Masuk", "Ikuti tautan atau masukkan kode untuk masuk."),
    "auth.email": ("Kode masuk Anda", "Masukkan kode untuk masuk."),
    "auth.email_change_current": (
        "Konfirmasi perubahan alamat",
        "Akun Anda akan memakai {new_address}. Konfirmasikan juga dari alamat ini.",
    ),
    "auth.email_change_new": (
        "Konfirmasi alamat baru Anda",
        "Konfirmasi bahwa akun Anda memakai alamat ini mulai sekarang.",
    ),
    "auth.reauthentication": ("Pastikan ini Anda", "Masukkan kode untuk melanjutkan."),
    "auth.password_changed": ("Kata sandi Anda diganti", "Kata sandi akun Anda telah diganti."),
    "auth.email_changed": (
        "Alamat Anda diganti",
        "Akun Anda kini memakai alamat lain. Ini pesan terakhir ke alamat ini.",
    ),
    "auth.phone_changed": (
        "Nomor telepon Anda diganti",
        "Akun Anda kini memakai nomor telepon lain.",
    ),
    "auth.identity_linked": (
        "Cara masuk ditambahkan",
        "Mulai sekarang Anda dapat masuk dengan {provider}.",
    ),
    "auth.identity_unlinked": (
        "Cara masuk dihapus",
        "Tidak ada lagi yang masuk ke akun Anda dengan {provider}.",
    ),
    "auth.mfa_factor_enrolled": (
        "Faktor kedua ditambahkan",
        "Akun Anda memiliki satu faktor kedua lagi ({factor}).",
    ),
    "auth.mfa_factor_unenrolled": (
        "Faktor kedua dihapus",
        "Satu faktor kedua akun Anda telah dihapus ({factor}).",
    ),
    "security.destination": (
        "Data pembayaran Anda diubah",
        "Tujuan uang yang dibayarkan kepada Anda telah diubah.",
    ),
    "security.new_device": (
        "Masuk dari perangkat baru",
        "Seseorang masuk ke akun Anda dari perangkat yang belum kami kenal. Jika itu bukan Anda, akhiri sesi itu dan ganti kata sandi Anda.",
    ),
    "security.erasure": (
        "Akun Anda akan dihapus",
        "Seseorang meminta penghapusan akun Anda dengan faktor kedua Anda. Ini dilakukan setelah 14 hari. Jika itu bukan Anda, batalkan di akun Anda dan ganti kata sandi Anda.",
    ),
    "security.export": (
        "Ekspor data Anda sudah siap",
        "Ekspor data Anda dapat diunduh di akun Anda selama 7 hari, dengan faktor kedua Anda. Jika bukan Anda yang memintanya, ganti kata sandi Anda.",
    ),
    "security.attempts": (
        "Percobaan salah pada akun Anda",
        "Banyak kata sandi atau kode yang salah dicoba pada akun Anda. Akses masuk mungkin dikunci sementara. Jika itu bukan Anda, ganti kata sandi Anda.",
    ),
    "security.recovery_codes": (
        "Kode pemulihan akun Anda",
        "Kode pemulihan akun Anda dibuat atau dipakai. Jika itu bukan Anda, segera hubungi dukungan.",
    ),
    "security.api_key": (
        "Kunci API akun Anda",
        "Kunci API yang bertindak atas nama Anda, atau organisasi Anda, dibuat, diganti, atau dicabut. Jika itu bukan Anda, segera cabut dan ganti kata sandi Anda.",
    ),
    "security.factor_reset": (
        "Faktor kedua akun Anda",
        "Seseorang meminta agar faktor kedua dilepas dari akun Anda, atau hal itu diputuskan, dibatalkan, atau dilakukan. Jika itu bukan Anda, masuklah, segera batalkan, dan ganti kata sandi Anda.",
    ),
    "security.webhook": (
        "Alamat webhook dinyalakan atau dimatikan",
        "Salah satu alamat webhook Anda dinyalakan atau dimatikan.",
    ),
    "account.verified": (
        "Verifikasi Anda berubah",
        "Apa yang terverifikasi tentang Anda telah berubah.",
    ),
    "trade.opened": (
        "Transaksi {reference} dimulai",
        "Sebuah transaksi dimulai. Lihat apa yang harus dilakukan dan batas waktunya.",
    ),
    "trade.funded": (
        "Transaksi {reference}: uang ditahan",
        "Uang sudah masuk dan ditahan. Pihak lain dapat memenuhi bagiannya.",
    ),
    "trade.paid": (
        "Transaksi {reference} ditandai sudah dipenuhi",
        "Satu pihak menyatakan sudah membayar atau mengirim. Periksa sendiri sebelum melepas apa pun.",
    ),
    "trade.released": ("Transaksi {reference}: uang dilepas", "Uang transaksi telah dilepas."),
    "trade.refunded": (
        "Transaksi {reference}: uang dikembalikan",
        "Uang transaksi telah dikembalikan.",
    ),
    "trade.cancelled": (
        "Transaksi {reference} dibatalkan",
        "Transaksi berakhir sebelum ada uang yang ditahan.",
    ),
    "trade.split_offered": (
        "Transaksi {reference}: tawaran pembagian",
        "Satu pihak menawarkan pembagian uang. Terima atau tidak.",
    ),
    "trade.disputed": (
        "Transaksi {reference} disengketakan",
        "Tulis pernyataan dan tambahkan bukti tepat waktu: penengah memutuskan berdasarkan itu.",
    ),
    "trade.decided": (
        "Transaksi {reference} diputuskan",
        "Penengah telah memutuskan. Anda dapat menerima atau banding.",
    ),
    "trade.frozen": (
        "Transaksi {reference} ditahan atau dilanjutkan",
        "Transaksi dihentikan sementara, atau penghentiannya berakhir.",
    ),
    "payout.sent": ("{amount} sedang dikirim", "Pembayaran Anda sudah berangkat."),
    "payout.paid": ("{amount} telah dibayarkan", "Pembayaran Anda sudah sampai."),
    "payout.failed": (
        "Pembayaran {amount} gagal",
        "Pembayaran Anda tidak terlaksana. Uangnya aman: lihat apa yang bisa dilakukan.",
    ),
    "payout.kept": (
        "{amount} tetap di saldo Anda",
        "Pembayaran tidak dikirim; uangnya ada di saldo Anda.",
    ),
    "deposit.credited": ("{amount} masuk", "Setoran Anda ada di saldo."),
    "deposit.lost": ("Setoran {amount} ditarik kembali", "Pihak yang menyetor menariknya kembali."),
}

SMS = {
    "auth.code": "{code} adalah kode {brand} Anda. Jangan beri tahu siapa pun.",
    "auth.mfa_code": "{code} adalah kode keamanan {brand} Anda. Jangan beri tahu siapa pun.",
}
