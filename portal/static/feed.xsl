<?xml version="1.0" encoding="UTF-8"?>
<!-- Makes a page of a feed that is opened in a browser. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:atom="http://www.w3.org/2005/Atom" exclude-result-prefixes="atom">
<xsl:output method="html" encoding="utf-8" doctype-system="about:legacy-compat"/>
<xsl:template match="/atom:feed">
<html lang="de">
<head>
<title><xsl:value-of select="atom:title"/></title>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<link rel="stylesheet" href="{substring-before(atom:icon, 'icon.svg')}portal.css"/>
<link rel="icon" href="{atom:icon}" type="image/svg+xml"/>
</head>
<body>
<main>
<article class="narrow">
<h1><xsl:value-of select="atom:title"/></h1>
<p class="notice">Das ist ein Feed: Mit seiner Adresse meldet ein Feedreader Neues von selbst. <a href="{atom:link[@rel='alternate']/@href}">Zur Seite dazu</a></p>
<p class="small">Adresse: <code><xsl:value-of select="atom:link[@rel='self']/@href"/></code></p>
<ol class="plain list">
<xsl:for-each select="atom:entry">
<li>
<p class="meta"><time datetime="{atom:updated}"><xsl:value-of select="concat(substring(atom:updated, 9, 2), '.', substring(atom:updated, 6, 2), '.', substring(atom:updated, 1, 4))"/></time> · <xsl:value-of select="atom:author/atom:name"/></p>
<h2><a href="{atom:link/@href}"><xsl:value-of select="atom:title"/></a></h2>
<p><xsl:value-of select="atom:summary"/></p>
</li>
</xsl:for-each>
</ol>
</article>
</main>
</body>
</html>
</xsl:template>
</xsl:stylesheet>
