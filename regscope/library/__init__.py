"""What `import regscope` offers; each file imports torch, numpy and pandas where it needs them."""
