"""Domains that say which firm somebody is of: not those where anybody can have an address or a page."""

from __future__ import annotations

FREE_MAIL_DOMAINS = frozenset(
    """
    126.com 139.com 163.com aim.com aol.com aol.de arcor.de att.net bellsouth.net bigpond.com bk.ru bluewin.ch
    bol.com.br btinternet.com charter.net comcast.net cox.net daum.net duck.com earthlink.net email.com email.cz
    fastmail.com fastmail.fm foxmail.com free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net
    googlemail.com hanmail.net hey.com hotmail.co.uk hotmail.com hotmail.de hotmail.es hotmail.fr hotmail.it
    hushmail.com icloud.com inbox.com inbox.lv inbox.ru interia.pl juno.com kakao.com laposte.net libero.it list.ru
    live.co.uk live.com live.de live.fr live.nl mac.com mail.com mail.de mail.ee mail.ru mailbox.org me.com msn.com
    naver.com netscape.net o2.pl online.de op.pl optonline.net orange.fr outlook.com outlook.de outlook.es outlook.fr
    passport.com pm.me posteo.de proton.me protonmail.com qq.com rambler.ru rediffmail.com rocketmail.com
    rogers.com sapo.pt sbcglobal.net seznam.cz sfr.fr shaw.ca sina.com sina.cn skynet.be sky.com sympatico.ca
    t-online.de talktalk.net telenet.be telus.net terra.com.br tiscali.it tuta.com tuta.io tutanota.com ukr.net
    uol.com.br verizon.net virgilio.it virginmedia.com vodafone.de wanadoo.fr web.de windowslive.com wp.pl
    ya.ru yahoo.ca yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.au yahoo.com.br yahoo.de yahoo.es
    yahoo.fr yahoo.it yandex.com yandex.ru yeah.net ymail.com zoho.com zoznam.sk
    """.split()
)

# Where firms have a page instead of a website of their own.
SHARED_HOSTS = frozenset(
    """
    bit.ly de-de.facebook.com facebook.com fb.com github.com goo.gl google.com instagram.com linkedin.com linktr.ee
    m.facebook.com maps.google.com medium.com pinterest.com sites.google.com t.me tiktok.com twitter.com wa.me x.com
    xing.com yelp.com youtube.com
    """.split()
)


NO_FIRMS = FREE_MAIL_DOMAINS | SHARED_HOSTS


def firm_domain(domain: str) -> str:
    """Return ``domain`` when it can stand for a firm, or ``""``."""
    return "" if domain in NO_FIRMS else domain
