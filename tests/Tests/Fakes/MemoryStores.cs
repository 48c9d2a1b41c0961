using MarketLoop.Data.Catalog;
using MarketLoop.Data.Models;
using MarketLoop.Data.Profiles;
using MarketLoop.Domain;

namespace MarketLoop.Tests.Fakes;

/// <summary>Profiles in memory.</summary>
internal sealed class MemoryProfiles : IProfileStore
{
    public Dictionary<CustomerId, CustomerProfile> Profiles { get; } = [];

    public CrashPlan Crash { get; set; } = new();

    public MemoryProfiles Add(CustomerId customer, bool? consent = true, string? email = "someone@shop.example", string? language = null, string? name = null, bool? personal = null)
    {
        Profiles[customer] = new CustomerProfile
        {
            Customer = customer,
            ConsentsToEmail = consent,
            Email = email,
            Language = language,
            Name = name,
            ConsentsToPersonalisation = personal,
        };
        return this;
    }

    public Task<CustomerProfile?> FindAsync(CustomerId customer, CancellationToken cancellationToken)
    {
        Crash.Step();
        return Task.FromResult(Profiles.GetValueOrDefault(customer));
    }

    public Task<IReadOnlyDictionary<CustomerId, CustomerProfile>> FindManyAsync(IReadOnlyCollection<CustomerId> customers, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<CustomerId, CustomerProfile>>(customers.Where(Profiles.ContainsKey).ToDictionary(c => c, c => Profiles[c]));

    public Task<IReadOnlyList<CustomerProfile>> SearchAsync(string text, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<CustomerProfile>>([.. Profiles.Values.Where(p => p.Customer.Value.Contains(text, StringComparison.Ordinal)).Take(limit)]);
}

/// <summary>A catalogue in memory.</summary>
internal sealed class MemoryCatalog : ICatalogStore
{
    private readonly Dictionary<ProductId, Product> products = [];

    public CrashPlan Crash { get; set; } = new();

    public IReadOnlyDictionary<ProductId, Product> Current
    {
        get
        {
            Crash.Step();
            return products;
        }
    }

    public MemoryCatalog Add(string id, string? url = null, int? stock = null, bool isMerchandise = true, string? chinese = null)
    {
        products[new ProductId(id)] = new Product
        {
            Id = new ProductId(id),
            Name = new LocalizedText("Product " + id, chinese ?? "商品 " + id),
            Price = 10,
            Url = url,
            Stock = stock,
            IsMerchandise = isMerchandise,
        };
        return this;
    }

    public Task<CatalogChanges> UpsertAsync(IReadOnlyCollection<Product> added, CancellationToken cancellationToken)
    {
        foreach (Product product in added)
        {
            products[product.Id] = product;
        }

        return Task.FromResult(new CatalogChanges(added.Count, 0, 0, 0));
    }

    public Task<IReadOnlyList<ProductNote>> ReadHistoryAsync(ProductId product, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ProductNote?> FindAsOfAsync(ProductId product, DateTimeOffset moment, CancellationToken cancellationToken) => throw new NotSupportedException();
}

/// <summary>Advertising campaigns in memory.</summary>
internal sealed class MemoryCampaigns : ICampaignStore
{
    private readonly List<Campaign> advertising = [];

    public IReadOnlyList<Campaign> Advertising => advertising;

    public Task UpsertAsync(IReadOnlyCollection<Campaign> campaigns, CancellationToken cancellationToken)
    {
        advertising.AddRange(campaigns);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<Campaign>> ListAsync(string? after, CampaignKind? kind, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Campaign?> FindAsync(CampaignId id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> RemoveAsync(CampaignId id, CancellationToken cancellationToken) => throw new NotSupportedException();
}

/// <summary>A registry that only knows which training is active.</summary>
internal sealed class MemoryModels : IModelStore
{
    public ModelManifest? Active { get; set; }

    public Task<ModelManifest?> FindActiveAsync(CancellationToken cancellationToken) => Task.FromResult(Active);

    public Task<IReadOnlyList<ModelManifest>> ListAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public string CreateStagingFolder() => throw new NotSupportedException();

    public Task<ModelManifest> RegisterAsync(ModelManifest manifest, string stagingFolder, CancellationToken cancellationToken) => throw new NotSupportedException();

    public string FolderOf(ModelVersion version) => throw new NotSupportedException();
}
